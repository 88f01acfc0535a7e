# Dweud wrth gymedrolwyr.
report-link = Adrodd
report-title = Adrodd y neges hon
report-lead = Dywedwch beth sydd o'i le ar hyn. Bydd rhywun yn ei ddarllen ac yn penderfynu.
report-button = Anfon yr adroddiad
report-back = Mynd yn ôl heb ddweud wrth neb
report-comment = Beth sydd o'i le?
report-comment-hint = Dywedwch beth welsoch chi. Ni fydd y sawl a'i hysgrifennodd yn cael gwybod mai chi ddywedodd.
report-to = Pwy ddylai ei ddarllen?
report-to-group = Cymedrolwyr { $name }
report-to-group-hint = Maen nhw'n gweld beth rydych yn ei ysgrifennu, ond nid pwy ydych chi.
report-to-community = Y bobl sy'n rhedeg y gymuned hon
report-to-community-hint = Maen nhw'n gweld y neges, ym mha grŵp y mae, beth rydych yn ei ysgrifennu a phwy ydych chi. Dewiswch hyn os yw'n ymwneud â'r cymedrolwyr eu hunain.
report-forward = Dweud wrth gymedrolwyr { $host } hefyd?
report-forward-no = Na
report-forward-yes = Ie
report-forward-hint = Maen nhw'n gweld beth rydych yn ei ysgrifennu, ond nid pwy ydych chi. Os yw mewn grŵp ar wefan arall, dywedir wrth ei gymedrolwyr hefyd.
said-reported = Diolch. Mae ar ei ffordd at y rhai sy'n penderfynu.
reports-title = Adroddiadau
reports-lead = Yr hyn y mae pobl wedi'i ddweud wrth gymedrolwyr yma, ac nad oes neb wedi delio ag ef eto. Gellir tynnu negeseuon mewn grwpiau oddi yma. Gall gweinyddwr ddileu negeseuon eraill y gymuned hon â'r gorchymyn "carefolk post delete". Dim ond y wefan arall all ddileu'r hyn sy'n dod ohoni.
reports-of-title = { $name }: adroddiadau
reports-of-lead = Yr hyn y mae pobl wedi'i ddweud wrth gymedrolwyr y grŵp hwn, ac nad oes neb wedi delio ag ef eto. Ni ddangosir pwy ddywedodd.
reports-empty = Does dim i ddelio ag ef.
reports-link = { $count ->
    [zero] { $count } adroddiad
    [one] 1 adroddiad
    [two] { $count } adroddiad
    [few] { $count } adroddiad
    [many] { $count } adroddiad
   *[other] { $count } adroddiad
}
report-number = Adroddiad { $number }
report-about = Am
report-by = dywedwyd gan @{ $name }
report-from = dywedwyd gan rywun yn { $host }
report-forwarded = Dywedwyd wrth y wefan arall hefyd.
report-no-posts = Nid yw'r hyn yr oedd yn ymwneud ag ef yma mwyach.
report-close = Nodi ei fod wedi'i drin
said-report-closed = Mae oddi ar y rhestr.
update-reported = Cafodd rhywbeth ei adrodd
update-look = Edrych arno
wrong-comment-missing = Dywedwch beth sydd o'i le
wrong-comment-too-long = Gwnewch ef yn fyrrach: { $max } nod ar y mwyaf
wrong-to-choice = Dewiswch pwy ddylai ei ddarllen
report-community-reads = Y bobl sy'n rhedeg y gymuned hon sy'n ei ddarllen. Maen nhw'n gweld y neges, beth rydych yn ei ysgrifennu a phwy ydych chi.
report-to-group-open = Maen nhw'n gweld beth rydych yn ei ysgrifennu, ond nid pwy ydych chi. Gall y bobl sy'n rhedeg y gymuned hon ei ddarllen hefyd.
reports-more = Adroddiadau cynharach
update-reported-group = Cafodd rhywbeth ei adrodd yn y grŵp
