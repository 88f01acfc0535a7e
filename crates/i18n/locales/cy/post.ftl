# Posts, replies and earlier versions.
post-by = neges gan { $name }
post-title = Neges gan { $name }
post-provider = Darparwr
post-from = o gymuned arall, { $host }
post-edited = newidiwyd { $when }
post-change = Newid
post-remove = Dileu
post-more-from = Gweld eu tudalen a negeseuon eraill
post-read-all = Darllen y neges gyfan
post-warning = Sylwch:
post-show = Dangos y neges
post-gone = Cafodd y neges hon ei dileu.
post-gone-title = Cafodd y neges hon ei dileu
post-original = Ei gweld ar { $host }
post-event-when = Pryd:
post-event-where = Ble:
post-attached-picture = Llun:
post-attached-film = Ffilm:
post-attached-sound = Sain:
post-attached-file = Ffeil:
post-attached-link = Dolen:
post-attached-unnamed = heb ddisgrifiad
post-other-language = Darllen yn yr iaith hon: { $language }
post-boosted-by = Wedi'i basio ymlaen gan
post-in-reply-to = Ateb i { $name }
post-in-reply = Ateb i neges arall
post-replies = { $count ->
    [zero] Dim atebion
    [one] 1 ateb
    [two] 2 ateb
    [few] 3 ateb
    [many] 6 ateb
   *[other] { $count } o atebion
}
audience-tag-local = Dim ond pobl sydd â chyfrif yma
audience-tag-quiet = Heb ei dangos mewn rhestrau
audience-tag-followers = Dim ond dilynwyr
audience-tag-group = Dim ond y grŵp hwn
audience-tag-direct = Dim ond y bobl sydd wedi'u henwi ynddi
replies-more = Rhagor o atebion
reply-title = Ysgrifennu ateb
reply-label = Eich ateb
reply-as = Ateb fel
reply-lang = Iaith eich ateb
reply-see = Gweld eich ateb
reply-button = Cyhoeddi'r ateb
reply-sign-in = Mewngofnodi i ateb
reply-elsewhere = Oes gennych chi gyfrif ar wefan arall? Copïwch y cyfeiriad hwn i'w blwch chwilio. Yna atebwch yno.
reply-audience-public = Gall unrhyw un weld eich ateb, yma ac ar wefannau eraill.
reply-audience-local = Dim ond pobl sydd â chyfrif yma all weld eich ateb.
reply-audience-group = Aelodau'r grŵp hwn yn unig sy'n gallu gweld eich ateb. Nid yw'n cael ei anfon i unman arall.
reply-audience-followers = Dim ond dilynwyr a'r bobl sydd wedi'u henwi ynddo all weld eich ateb.
said-published = Mae eich neges wedi'i chyhoeddi.
said-replied = Mae eich ateb wedi'i gyhoeddi.
said-changed = Mae eich newid wedi'i gyhoeddi.
said-removed = Mae'r neges wedi'i dileu yma. Rydym yn gofyn i gymunedau eraill ei dileu hefyd.
history-title = Fersiynau o neges
history-lead = Pob fersiwn sydd wedi bod yn gyhoeddus. Y diweddaraf sydd gyntaf.
history-now = Nawr
poll-result = { $count ->
    [zero] 0 pleidlais, { $percent } y cant.
    [one] 1 bleidlais, { $percent } y cant.
    [two] 2 bleidlais, { $percent } y cant.
    [few] 3 phleidlais, { $percent } y cant.
    [many] 6 phleidlais, { $percent } y cant.
   *[other] { $count } o bleidleisiau, { $percent } y cant.
}
poll-voters = { $count ->
    [zero] Does neb wedi pleidleisio.
    [one] Mae 1 person wedi pleidleisio.
    [two] Mae 2 berson wedi pleidleisio.
    [few] Mae 3 pherson wedi pleidleisio.
    [many] Mae 6 pherson wedi pleidleisio.
   *[other] Mae { $count } o bobl wedi pleidleisio.
}
poll-mine = Chi ddewisodd hwn.
poll-voted = Rydych wedi pleidleisio.
poll-closed = Mae'r pleidleisio wedi cau.
poll-closes = Mae'r pleidleisio'n cau { $when }.
poll-open = Mae'r pleidleisio ar agor.
poll-choose-one = Dewiswch un ateb
poll-choose-several = Dewiswch un ateb neu fwy
poll-secret = Nid yw'r dudalen hon yn dangos pwy ddewisodd beth.
poll-once = Allwch chi ddim newid eich pleidlais.
poll-own = Allwch chi ddim pleidleisio yn eich pôl eich hun.
poll-again = Rydych wedi pleidleisio'n barod.
poll-word = Pôl
poll-results = Canlyniadau
poll-results-so-far = Canlyniadau hyd yn hyn
poll-sign-in = Mewngofnodi i bleidleisio
poll-button = Pleidleisio
said-voted = Mae eich pleidlais wedi'i chyfrif.
like-button = Hoffi
unlike-button = Rydych yn hoffi hwn. Tynnu'n ôl
said-liked = Rydych yn ei hoffi nawr. Dywedir wrth y sawl a'i hysgrifennodd.
said-unliked = Rydych wedi ei dynnu'n ôl.
