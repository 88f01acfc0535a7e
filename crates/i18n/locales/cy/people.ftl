# Profiles, providers, teams and following.
profile-moved = Maen nhw wedi symud. Eu tudalen newydd:
profile-pinned = I'w darllen gyntaf
profile-posts = Negeseuon
profile-empty = Nid ydynt wedi cyhoeddi dim eto. Dilynwch i glywed pan fyddant yn gwneud.
profile-no-about = Nid ydynt wedi dweud dim amdanynt eu hunain eto.
profile-elsewhere = Gweld eu tudalen ar eu gwefan eu hunain
profile-edit-team = Gweld y tîm
profile-write = Ysgrifennu neges
profile-since = Yma ers { $when }
profile-followers = { $count ->
    [zero] Dim dilynwyr
    [one] 1 dilynwr
    [two] 2 ddilynwr
    [few] 3 dilynwr
    [many] 6 dilynwr
   *[other] { $count } o ddilynwyr
}
profile-post-count = { $count ->
    [zero] Dim negeseuon
    [one] 1 neges
    [two] 2 neges
    [few] 3 neges
    [many] 6 neges
   *[other] { $count } o negeseuon
}
follow-title = Dilyn o wefan arall
follow-lead = Gallwch ddilyn o Mastodon a gwefannau tebyg. Does dim angen cyfrif yma.
follow-label = Eich cyfeiriad ar y wefan honno
follow-hint = Er enghraifft, sam@social.example
follow-button = Ymlaen i'ch gwefan
follow-copy = Neu copïwch y cyfeiriad hwn i flwch chwilio eich gwefan:
copy-label = Cyfeiriad i'w gopïo
follow-page-title = Dilyn o wefan arall: { $name }
follow-ready-title = Ymlaen i { $host }
follow-ready = Rydych chi'n gadael y wefan hon. Bydd { $host } yn gofyn a ydych chi am ddilyn.
follow-ready-button = Ymlaen i { $host }
follow-manual-title = Dilyn o { $host }
follow-manual = Allwn ni ddim agor y dudalen ddilyn ar { $host } i chi. Copïwch y cyfeiriad isod i'w blwch chwilio a dewiswch ddilyn yno.
follow-back = Yn ôl at { $name }
follow-here = Mae'r cyfeiriad hwnnw o'r gymuned hon. Mewngofnodwch yma i ddilyn.
follow-add = Dilyn
follow-add-named = Dilyn { $name }
follow-stop = Stopio dilyn
follow-waiting = Wedi gofyn am ddilyn. Stopio
said-following = Rydych chi'n eu dilyn nawr. Bydd eu newyddion i'w gweld ar eich hafan.
said-asked = Rydym wedi gofyn i'w cymuned. Byddwch yn eu dilyn pan fydd yn cytuno.
said-unfollowed = Rydych chi wedi stopio eu dilyn.
providers-title = Darparwyr
providers-lead = Darparwyr gofal, timau'r cyngor a grwpiau cymunedol sy'n cyhoeddi yma.
providers-count = { $count ->
    [zero] Dim darparwyr
    [one] 1 darparwr, yn nhrefn eu henwau
    [two] 2 ddarparwr, yn nhrefn eu henwau
    [few] 3 darparwr, yn nhrefn eu henwau
    [many] 6 darparwr, yn nhrefn eu henwau
   *[other] { $count } o ddarparwyr, yn nhrefn eu henwau
}
providers-empty = Does dim darparwr wedi ymuno eto.
providers-add = Ychwanegu darparwr
provider-new-title = Ychwanegu darparwr
provider-new-name = Enw'r darparwr
provider-new-handle = Enw byr ar gyfer ei gyfeiriad gwe
provider-new-handle-hint = Dim ond llythrennau bach, rhifau a _. Allwch chi ddim ei newid wedyn. Er enghraifft, gofal_y_bont
provider-new-summary = Am y darparwr
provider-new-summary-hint = Beth mae'n ei wneud, i bwy ac yn lle. Gallwch adael hwn yn wag.
provider-new-owner = Pwy sy'n gofalu amdano?
provider-new-owner-hint = Enw byr rhywun sydd â chyfrif yma. Gallant ychwanegu eraill at y tîm.
provider-new-button = Ychwanegu'r darparwr
said-provider = Mae'r darparwr wedi'i ychwanegu. Gall ei dîm ysgrifennu nawr.
team-title = Tîm: { $name }
team-lead = Gall y bobl hyn ysgrifennu fel y darparwr. Mae darllenwyr yn gweld enw'r darparwr, nid enw'r person.
team-remove = Tynnu o'r tîm
team-add-title = Ychwanegu rhywun at y tîm
team-add-handle = Eu henw byr
team-add-handle-hint = Yr enw yng nghyfeiriad gwe eu tudalen yma. Mae angen cyfrif arnynt yn gyntaf.
team-add-role = Beth allant ei wneud?
team-add-button = Ychwanegu at y tîm
role-author = Awdur
role-author-hint = Yn ysgrifennu negeseuon ar ran y darparwr.
role-approver = Cymeradwywr
role-approver-hint = Yn ysgrifennu negeseuon ac yn cyhoeddi gwaith eraill.
role-owner = Arweinydd
role-owner-hint = Hefyd yn dweud pwy sydd yn y tîm.
said-team-added = Maent yn y tîm nawr.
said-team-removed = Nid ydynt yn y tîm bellach.
team-needs-lead = Mae angen o leiaf un arweinydd ar dîm. Gwnewch rywun arall yn arweinydd yn gyntaf.
you-title = Eich tudalen
you-profile = Gweld eich proffil
you-teams = Darparwyr rydych chi'n ysgrifennu drostynt
you-no-teams = Nid ydych chi mewn tîm darparwr.
you-team-link = Tîm
you-write-as = Ysgrifennu fel { $name }
you-following = Pobl a darparwyr rydych chi'n eu dilyn
you-no-following = Nid ydych chi'n dilyn neb eto.
you-waiting = Yn aros am ateb
you-follow-title = Dilyn rhywun drwy gyfeiriad
you-follow-label = Eu cyfeiriad
you-follow-hint = Er enghraifft, bridge@larkmoor.example
profile-change-own = Newid yr hyn mae eraill yn ei weld amdanoch chi
profile-change-of = Newid yr hyn mae { $name } yn ei ddweud amdano'i hun
profile-change = Newid y proffil
profile-change-lead = Gall pawb weld hyn. Bydd pobl sy'n dilyn o wefannau eraill yn gweld y newid yno hefyd.
profile-name = Yr enw mae eraill yn ei weld
profile-about = Amdanoch chi
profile-save = Cadw
said-profile-changed = Mae eich newidiadau wedi'u cadw.
