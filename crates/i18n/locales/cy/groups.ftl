# Grwpiau.
nav-groups = Grwpiau
groups-title = Grwpiau
groups-lead = Mewn grwpiau mae pobl sy'n gofalu, neu sydd angen gofal, yn siarad â'i gilydd. Gall unrhyw un ddarllen y rhai agored. I ysgrifennu, mewngofnodwch, neu ysgrifennwch o wefan arall.
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
group-kind-closed = Grŵp caeedig
group-kind-private = Grŵp preifat
group-kind-open-lead = Gall unrhyw un ddarllen yr hyn a ysgrifennir yma, ar y wefan hon ac ar rai eraill.
group-kind-announce-lead = Mae gwasanaethau'n cyhoeddi pethau yma. Gall unrhyw un eu darllen, a holi amdanynt.
group-kind-closed-lead = Aelodau yn unig sy'n darllen ac yn ysgrifennu yma. Mae'r hyn a ddywedant yn aros yn y grŵp hwn. Nid yw'n cael ei anfon i unman arall.
group-kind-private-lead = Dim ond ei aelodau, a phobl sydd wedi cael gwahoddiad, sy'n cael gwybod am y grŵp hwn. Mae'r hyn a ddywedant yn aros ynddo. Nid yw'n cael ei anfon i unman arall.
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
group-ask = Gofyn am gael ymuno
group-unask = Tynnu eich cais yn ôl
group-decline = Dim diolch
group-mine-moderator = Rydych chi'n cadw trefn yn y grŵp hwn.
group-mine-asked = Rydych chi wedi gofyn am gael ymuno. Bydd y cymedrolwyr yn ateb.
group-mine-invited = Mae gwahoddiad i chi i'r grŵp hwn. Os ymunwch, gallwch ddarllen ac ysgrifennu ynddo.
group-mine-banned-inside = Nid yw'r cymedrolwyr am i chi fod yn y grŵp hwn.
group-mine-banned = Nid yw'r cymedrolwyr am i chi ysgrifennu yn y grŵp hwn. Gallwch ei ddarllen.
group-conversations = Sgyrsiau
group-empty = Does neb wedi ysgrifennu yma eto.
group-begin = Dechrau sgwrs
group-begin-title = Teitl
group-begin-title-hint = Dywedwch mewn ychydig eiriau am beth mae'n sôn.
group-begin-text = Beth hoffech chi ei ddweud?
group-begin-audience = Gall unrhyw un ddarllen hyn, yma ac ar wefannau eraill. Bydd pobl sydd wedi ymuno yn clywed amdano.
group-begin-inside = Aelodau'r grŵp hwn yn unig sy'n gallu darllen hyn. Nid yw'n cael ei anfon i unman arall.
group-begin-button = Cyhoeddi yn y grŵp
group-begin-sign-in = Mewngofnodwch i ysgrifennu yn y grŵp hwn
group-ask-sign-in = Mewngofnodwch i ofyn am gael ymuno
group-begin-join = Ymunwch â'r grŵp i ddechrau sgwrs. Gall unrhyw un ateb un.
group-begin-moderators = Cymedrolwyr yn unig sy'n dechrau sgyrsiau yma. Gallwch ateb un.
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
group-new-kind-closed = Grŵp caeedig
group-new-kind-closed-hint = Gall unrhyw un weld at beth mae'r grŵp. Mae cymedrolwyr yn gadael pobl i mewn. Does dim yn cael ei anfon i wefannau eraill.
group-new-kind-private = Grŵp preifat
group-new-kind-private-hint = Dim ond aelodau, pobl rydych chi'n eu gwahodd a'r rhai sy'n rhedeg y wefan hon sy'n gwybod amdano. Does dim yn cael ei anfon i wefannau eraill.
group-new-posting = Pwy gaiff ddechrau sgwrs ynddo?
group-new-posting-anyone = Unrhyw un
group-new-posting-anyone-hint = Ar gyfer grwpiau lle gall unrhyw un ysgrifennu.
group-new-posting-moderators = Cymedrolwyr yn unig
group-new-posting-moderators-hint = A darparwyr y maen nhw wedi'u dewis.
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
said-group-asked = Mae'r cymedrolwyr wedi cael eich cais. Gallwch ddarllen ac ysgrifennu yn y grŵp pan fyddant yn eich gadael i mewn.
said-group-left = Rydych chi wedi gadael y grŵp.
said-group-began = Mae eich sgwrs wedi'i chyhoeddi yn y grŵp.
said-group-changed = Mae hynny wedi'i wneud.
group-members-link = Pwy sydd yn y grŵp
group-members-title = Pwy sydd yn { $name }
group-members-inside = Cymedrolwyr yn unig sy'n gweld y dudalen hon. Nid yw aelodau'n gweld pwy arall sydd yn y grŵp, ond pwy sy'n ysgrifennu ynddo.
group-members-open = Cymedrolwyr yn unig sy'n gweld y dudalen hon. Nid yw pobl sydd wedi ymuno ac sy'n ddim byd arall yma wedi'u rhestru.
group-invited = Mae gwahoddiad i chi
group-asking = { $count ->
    [zero] Neb yn gofyn am gael ymuno
    [one] 1 person yn gofyn am gael ymuno
    [two] 2 berson yn gofyn am gael ymuno
    [few] 3 pherson yn gofyn am gael ymuno
    [many] 6 pherson yn gofyn am gael ymuno
   *[other] { $count } o bobl yn gofyn am gael ymuno
}
group-list-asked = Maen nhw'n gofyn am gael ymuno
group-list-invited = Maen nhw wedi cael gwahoddiad
group-list-inside = Maen nhw yn y grŵp
group-list-banned = Maen nhw wedi'u gwahardd
group-role-moderator = Cymedrolwr
group-role-announcer = Gwasanaeth sy'n dechrau sgyrsiau
group-do-approve = Gadael i mewn
group-do-refuse = Peidio â gadael i mewn
group-do-withdraw = Tynnu'r gwahoddiad yn ôl
group-do-moderator = Gwneud yn gymedrolwr
group-do-no-moderator = Ddim yn gymedrolwr mwyach
group-do-no-announcer = Ddim yn dechrau sgyrsiau mwyach
group-do-take-out = Tynnu o'r grŵp
group-do-ban = Gwahardd
group-do-lift = Codi'r gwaharddiad
group-who-title = Rhywun arall
group-who = Enw byr
group-who-hint-inside = Rhywun sydd â chyfrif yma. Er enghraifft, kofi
group-who-hint-open = Rhywun yma, neu eu cyfeiriad llawn. Er enghraifft, kofi neu ann@social.example
group-who-do = Beth hoffech chi ei wneud?
group-who-invite = Eu gwahodd
group-who-invite-hint = Maen nhw'n gweld y grŵp yn eu rhestr ac yn gallu ymuno. Os ydyn nhw wedi gofyn, maen nhw i mewn.
group-who-moderator = Eu gwneud yn gymedrolwr
group-who-moderator-hint = Person sydd â chyfrif yma.
group-who-announcer = Gadael i'r gwasanaeth hwn ddechrau sgyrsiau
group-who-announcer-hint = Gwasanaeth y gymuned hon.
group-who-ban = Eu gwahardd
group-who-ban-hint = Fyddan nhw ddim yn gallu ysgrifennu yn y grŵp. Gallwch godi hyn yn nes ymlaen.
group-who-ban-inside = Fyddan nhw ddim yn gallu darllen nac ysgrifennu yn y grŵp. Gallwch godi hyn yn nes ymlaen.
group-who-button = Gwneud hyn
group-who-conflict = Nid yw hynny'n gweithio. Mae angen dau gymedrolwr ar grŵp, a does dim modd gwahodd rhywun sydd wedi'i wahardd.
group-needs-moderators = Mae angen dau gymedrolwr ar grŵp. Gofynnwch i rywun arall ddod yn un cyn i chi adael.
problem-group-members-title = Ymunwch â'r grŵp yn gyntaf
problem-group-members = Pobl sydd wedi ymuno yn unig gaiff wneud hyn yn y grŵp. Ewch yn ôl, ymunwch a rhowch gynnig arall arni. Mae eich geiriau isod.
problem-group-moderators-title = Allwch chi ddim dechrau sgwrs yma
problem-group-moderators = Gwasanaethau a chymedrolwyr yn unig sy'n dechrau sgyrsiau yn y grŵp hwn. Gallwch ateb un. Mae eich geiriau isod.
problem-group-banned-title = Allwch chi ddim ysgrifennu yn y grŵp hwn
problem-group-banned = Nid yw'r cymedrolwyr am i chi ysgrifennu yn y grŵp hwn. Os ydych chi'n meddwl bod hyn yn anghywir, gofynnwch i'r bobl sy'n rhedeg y gymuned hon.
removed-by = Tynnodd cymedrolwr hwn.
removed-private = Roedd yn rhannu manylion preifat.
removed-unkind = Roedd yn gas wrth rywun.
removed-harmful = Gallai wneud niwed i rywun.
removed-advertising = Hysbyseb oedd hwn.
removed-off-topic = Roedd am rywbeth arall.
removed-rules = Roedd yn groes i reolau'r grŵp.
removed-appeal = Chi a'i hysgrifennodd. Os ydych chi'n meddwl bod hyn yn anghywir, gofynnwch i gymedrolwyr y grŵp, neu i'r bobl sy'n rhedeg y wefan hon.
removed-title = Yr hyn a wnaeth cymedrolwyr yn { $name }
removed-lead = Yr hyn a dynnodd cymedrolwyr y grŵp hwn, a pham, a lle y gwnaethant atal ymatebion.
removed-empty = Nid ydynt wedi tynnu dim.
removed-conversation = Sgwrs
removed-reply = Ateb
removed-link = Yr hyn a wnaeth cymedrolwyr
take-away = Tynnu fel cymedrolwr
take-away-title = Tynnu fel cymedrolwr
take-away-lead = Bydd pobl yn gweld bod cymedrolwr wedi'i dynnu, a pham. Fyddan nhw ddim yn gweld pwy. Gallwch ei roi'n ôl.
take-away-elsewhere = Gofynnir i wefannau eraill sydd ganddo ei dynnu hefyd. Os rhowch ef yn ôl, efallai na fyddant yn ei ddangos eto.
take-away-reason = Pam ydych chi'n ei dynnu?
take-away-button = Ei dynnu
take-away-back = Ei gadw
give-back-button = Ei roi'n ôl
said-taken-away = Mae wedi'i dynnu. Mae'r dudalen yn dangos pam.
said-given-back = Mae yn ôl.
removed-gap = Neges a dynnwyd, { $when }
removed-help = Sut i gysylltu â nhw
problem-locked-title = Mae ymatebion i'r sgwrs hon ar gau
problem-locked = Mae'r cymedrolwyr wedi atal ymatebion. Gallwch ei darllen, a dechrau sgwrs newydd. Mae eich geiriau isod.
post-locked = Ataliodd y cymedrolwyr ymatebion i'r sgwrs hon ar { $when }.
order-title = I gymedrolwyr
order-lock = Atal ymatebion
order-unlock = Caniatáu ymatebion eto
order-pin = Pinio yn y grŵp
order-unpin = Dadbinio
order-too-many-pins = Mae pum sgwrs wedi'u pinio eisoes. Dadbiniwch un ohonynt yn gyntaf.
said-locked = Dim ond cymedrolwyr all ateb nawr.
said-unlocked = Gall pobl ateb eto.
said-pinned = Mae wedi'i phinio. Mae'n dod gyntaf ar dudalen y grŵp.
said-unpinned = Nid yw wedi'i phinio mwyach.
group-pinned = Wedi'u pinio gan y cymedrolwyr
group-do-ban-week = Gwahardd am wythnos
group-banned-until = Tan { $when }
group-mine-banned-until = Nid yw'r cymedrolwyr am i chi ysgrifennu yn y grŵp hwn tan { $when }. Gallwch ei ddarllen.
group-who-ban-week = Eu gwahardd am wythnos
group-who-ban-month = Eu gwahardd am 30 diwrnod
group-mine-banned-inside-until = Nid yw'r cymedrolwyr am i chi fod yn y grŵp hwn tan { $when }. Ar ôl hynny gallwch ofyn am ymuno eto.
locked-list = Sgyrsiau lle ataliwyd ymatebion
post-locked-group = Gweld beth arall sy'n cael ei ddweud yn y grŵp
group-change = Newid y grŵp
group-change-title = Newid { $name }
