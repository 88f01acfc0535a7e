# Beth mae cymedrolwyr yn ei ddarllen yn gyntaf.
group-new-approval = A yw cymedrolwyr yn darllen negeseuon yn gyntaf?
group-new-approval-none = Nac ydyn
group-new-approval-none-hint = Mae negeseuon yn ymddangos ar unwaith. Gall cymedrolwyr eu tynnu.
group-new-approval-first = Y tair cyntaf gan bob person
group-new-approval-first-hint = Ar ôl hynny mae negeseuon person yn ymddangos ar unwaith.
group-new-approval-all = Pob un
group-new-approval-all-hint = Ond nid rhai cymedrolwyr, na darparwyr a ddewisont.
group-approval-first = Mae cymedrolwyr yn darllen negeseuon cyntaf pob person cyn iddynt ymddangos.
group-approval-all = Mae cymedrolwyr yn darllen pob neges cyn iddi ymddangos.
problem-read-first-title = Mae cymedrolwyr yn darllen hyn yn gyntaf
problem-read-first = Yn y grŵp hwn mae cymedrolwyr yn darllen negeseuon cyn iddynt ymddangos. Mae eich geiriau isod.
said-waits = Diolch. Bydd cymedrolwr yn darllen hyn cyn iddo ymddangos. Cewch wybod beth ddaw ohono o dan Diweddariadau.
said-waiting-through = Mae wedi'i gyhoeddi.
said-waiting-down = Nid yw wedi'i gyhoeddi. Dywedir wrth y sawl a'i hysgrifennodd pam.
said-waiting-back = Rydych wedi'i gymryd yn ôl.
waiting-title = Yn aros: { $name }
waiting-lead = Darllenwch bob un, a phenderfynwch. Dywedir wrth bobl a ysgrifennodd yma beth yw eich penderfyniad a pham, byth pwy benderfynodd.
waiting-lead-own = Bydd yr hyn a ysgrifennoch yn ymddangos pan fydd cymedrolwr wedi'i ddarllen.
waiting-empty = Nid oes dim yn aros.
waiting-number = Rhif { $number }
waiting-refused = Ni chyhoeddodd y cymedrolwyr hwn.
waiting-whole = Edrych ar y neges gyfan, gyda'r hyn sy'n mynd gyda hi
waiting-let-through = Cyhoeddi
waiting-turn-down = Peidio â chyhoeddi
waiting-take-back = Ei gymryd yn ôl
waiting-reason = Pam ddim, os nad ydych yn ei gyhoeddi
waiting-reason-none = Dewiswch reswm
waiting-decided = Penderfynodd rhywun arall am hyn yn gyntaf, neu fe'i cymerwyd yn ôl.
waiting-not-now = Ni ellir cyhoeddi hwn mwyach: ni chaiff y sawl a'i hysgrifennodd ysgrifennu yma nawr, neu mae'r hyn y mae'n ei ateb wedi mynd neu wedi cau. Gallwch ei adael, neu beidio â'i gyhoeddi.
waiting-link = { $count ->
    [zero] Nid oes { $count } neges yn aros am gymedrolwyr
    [one] Mae { $count } neges yn aros am gymedrolwyr
    [two] Mae { $count } neges yn aros am gymedrolwyr
    [few] Mae { $count } neges yn aros am gymedrolwyr
    [many] Mae { $count } neges yn aros am gymedrolwyr
   *[other] Mae { $count } neges yn aros am gymedrolwyr
 }
waiting-link-own = { $count ->
    [zero] Nid oes { $count } o'ch negeseuon yn aros
    [one] Mae { $count } o'ch negeseuon yn aros
    [two] Mae { $count } o'ch negeseuon yn aros
    [few] Mae { $count } o'ch negeseuon yn aros
    [many] Mae { $count } o'ch negeseuon yn aros
   *[other] Mae { $count } o'ch negeseuon yn aros
 }
update-waits = ysgrifennodd rywbeth y dylech ei ddarllen yn gyntaf, yn y grŵp
update-through = Cyhoeddodd cymedrolwr yr hyn a ysgrifennoch yn y grŵp
update-refused = Ni chyhoeddodd y cymedrolwyr yr hyn a ysgrifennoch yn y grŵp
update-decide = Darllenwch a phenderfynwch
