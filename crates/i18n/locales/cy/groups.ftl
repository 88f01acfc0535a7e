# Grwpiau.
nav-groups = Grwpiau
groups-title = Grwpiau
groups-lead = Mewn grwpiau mae pobl sy'n gofalu, neu sydd angen gofal, yn siarad â'i gilydd. Gallwch ddarllen pob un. I ysgrifennu, mewngofnodwch, neu ysgrifennwch o wefan arall.
groups-count = { $count ->
    [zero] Dim grwpiau
    [one] 1 grŵp, yn nhrefn enw
    [two] 2 grŵp, yn nhrefn enw
    [few] 3 grŵp, yn nhrefn enw
    [many] 6 grŵp, yn nhrefn enw
   *[other] { $count } o grwpiau, yn nhrefn enw
}
groups-empty = Does dim grŵp eto.
groups-add = Dechrau grŵp
group-kind-open = Grŵp agored
group-kind-announce = Cyhoeddiadau
group-kind-open-lead = Gall unrhyw un ddarllen yr hyn a ysgrifennir yma, ar y wefan hon ac ar rai eraill.
group-kind-announce-lead = Mae gwasanaethau'n cyhoeddi pethau yma. Gall unrhyw un eu darllen, a holi amdanynt.
group-lang = Iaith y grŵp: { $language }
group-members = { $count ->
    [zero] Dim aelodau
    [one] 1 aelod
    [two] 2 aelod
    [few] 3 aelod
    [many] 6 aelod
   *[other] { $count } o aelodau
}
group-area = Ar gyfer { $area }
group-rules = Rheolau'r grŵp
group-moderators = Cymedrolwyr
group-moderators-lead = Nhw sy'n cadw trefn yn y grŵp hwn.
group-join = Ymuno â'r grŵp
group-leave = Gadael y grŵp
group-mine-moderator = Rydych chi'n cadw trefn yn y grŵp hwn.
group-mine-banned = Nid yw'r cymedrolwyr am i chi ysgrifennu yn y grŵp hwn. Gallwch ei ddarllen.
group-conversations = Sgyrsiau
group-empty = Does neb wedi ysgrifennu yma eto.
group-begin = Dechrau sgwrs
group-begin-title = Teitl
group-begin-title-hint = Dywedwch mewn ychydig eiriau am beth mae'n sôn.
group-begin-text = Beth hoffech chi ei ddweud?
group-begin-audience = Gall unrhyw un ddarllen hyn, yma ac ar wefannau eraill. Bydd pobl sydd wedi ymuno yn clywed amdano.
group-begin-button = Cyhoeddi yn y grŵp
group-begin-sign-in = Mewngofnodwch i ysgrifennu yn y grŵp hwn
group-begin-join = Ymunwch â'r grŵp i ddechrau sgwrs. Gall unrhyw un ateb un.
group-begin-announce = Gwasanaethau a chymedrolwyr yn unig sy'n dechrau sgyrsiau yma. Gall unrhyw un ateb un.
group-elsewhere = Ymuno o wefan arall
group-elsewhere-lead = Gallwch ymuno o Mastodon a gwefannau tebyg. Dilynwch y grŵp yno. I ddechrau sgwrs, ysgrifennwch neges sy'n ei enwi.
group-elsewhere-listen = Gallwch ymuno o Mastodon a gwefannau tebyg. Dilynwch y grŵp yno. Gallwch ateb yr hyn a gyhoeddir.
group-in = Yn y grŵp
group-new-title = Dechrau grŵp
group-new-lead = Mae angen dau berson i gadw trefn ar grŵp, fel y gall un ohonynt fod i ffwrdd.
group-new-name = Enw'r grŵp
group-new-handle = Enw byr ar gyfer ei gyfeiriad gwe
group-new-handle-hint = Llythrennau bach, rhifau a _ yn unig. Allwch chi ddim ei newid wedyn. Er enghraifft, bwrdd_gofalwyr
group-new-about = Ar gyfer pwy mae'r grŵp?
group-new-about-hint = Dywedwch pwy gaiff ymuno a beth fydd yno. Bydd pobl yn darllen hyn cyn ymuno.
group-new-kind = Pa fath o grŵp yw hwn?
group-new-kind-open = Grŵp lle gall unrhyw un ysgrifennu
group-new-kind-open-hint = Gall pobl yma ac ar wefannau eraill ei ddarllen ac ysgrifennu ynddo.
group-new-kind-announce = Cyhoeddiadau yn unig
group-new-kind-announce-hint = Cymedrolwyr, a gwasanaethau a ddewisant, sy'n dechrau sgyrsiau. Gall unrhyw un ddarllen ac ateb.
group-new-posting = Pwy gaiff ddechrau sgwrs ynddo?
group-new-posting-anyone = Unrhyw un
group-new-posting-anyone-hint = Ar gyfer grwpiau lle gall unrhyw un ysgrifennu.
group-new-posting-members = Pobl sydd wedi ymuno yn unig
group-new-posting-members-hint = O wefannau eraill hefyd, os ydynt yn dilyn y grŵp.
group-new-rules = Rheolau
group-new-rules-hint = Un rheol ar bob llinell, 5 ar y mwyaf. Gallwch adael hwn yn wag.
group-new-area = Ar gyfer pa le mae'r grŵp?
group-new-area-hint = Er enghraifft, Alderbrook a'r pentrefi o'i gwmpas. Gallwch adael hwn yn wag.
group-new-moderators = Pwy sy'n cadw trefn?
group-new-moderators-hint = Enwau byr dau neu fwy o bobl sydd â chyfrif yma, un ar bob llinell.
group-new-lang = Pa iaith a siaredir yn y grŵp?
group-new-button = Dechrau'r grŵp
said-group = Mae'r grŵp yn barod. Gall pobl ymuno nawr.
said-group-joined = Rydych chi wedi ymuno â'r grŵp. Bydd sgyrsiau newydd i'w gweld ar eich hafan.
said-group-left = Rydych chi wedi gadael y grŵp.
said-group-began = Mae eich sgwrs wedi'i chyhoeddi yn y grŵp.
group-needs-moderators = Mae angen dau gymedrolwr ar grŵp. Gofynnwch i rywun arall ddod yn un cyn i chi adael.
problem-group-members-title = Ymunwch â'r grŵp yn gyntaf
problem-group-members = Pobl sydd wedi ymuno yn unig gaiff ddechrau sgwrs yn y grŵp hwn. Ewch yn ôl, ymunwch a rhowch gynnig arall arni. Mae eich geiriau isod.
problem-group-moderators-title = Allwch chi ddim dechrau sgwrs yma
problem-group-moderators = Gwasanaethau a chymedrolwyr yn unig sy'n dechrau sgyrsiau yn y grŵp hwn. Gallwch ateb un. Mae eich geiriau isod.
problem-group-banned-title = Allwch chi ddim ysgrifennu yn y grŵp hwn
problem-group-banned = Nid yw'r cymedrolwyr am i chi ysgrifennu yn y grŵp hwn. Os ydych chi'n meddwl bod hyn yn anghywir, gofynnwch i'r bobl sy'n rhedeg y gymuned hon.
