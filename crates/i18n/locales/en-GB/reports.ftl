# Telling moderators.
report-link = Report
report-title = Report this post
report-lead = Say what is wrong with this. Somebody reads it and decides.
report-button = Send the report
report-back = Go back without telling anybody
report-comment = What is wrong?
report-comment-hint = Say what you saw. Who wrote it does not learn that you told.
report-to = Who should read it?
report-to-group = The moderators of { $name }
report-to-group-hint = They see what you write, and not who you are.
report-to-community = The people who run this community
report-to-community-hint = They see the post, which group it is in, what you write and who you are. Choose this if it is about the moderators themselves.
report-forward = Tell the moderators of { $host } too?
report-forward-no = No
report-forward-yes = Yes
report-forward-hint = They see what you write, and not who you are. If it is in a group of another site, its moderators are told as well.
said-reported = Thank you. It is on its way to those who decide.
reports-title = Reports
reports-lead = What people told moderators here, and nobody has dealt with yet. Posts in groups can be removed here. An admin can delete other posts of this community with the command "carefolk post delete". What is from another site only that site can delete.
reports-of-title = { $name }: reports
reports-of-lead = What people told the moderators of this group, and nobody has dealt with yet. Who told is not shown.
reports-empty = There is nothing to deal with.
reports-link = { $count ->
    [one] 1 report
   *[other] { $count } reports
}
report-number = Report { $number }
report-about = About
report-by = told by @{ $name }
report-from = told by somebody at { $host }
report-forwarded = The other site was told too.
report-no-posts = What it was about is not here any more.
report-close = Mark as dealt with
said-report-closed = It is off the list.
update-reported = Something was reported
update-look = Look at it
wrong-comment-missing = Say what is wrong
wrong-comment-too-long = Make it shorter: { $max } characters at most
wrong-to-choice = Choose who should read it
report-community-reads = The people who run this community read it. They see the post, what you write and who you are.
report-to-group-open = They see what you write, and not who you are. The people who run this community can read it too.
reports-more = Earlier reports
update-reported-group = Something was reported in the group
