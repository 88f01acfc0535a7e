# What moderators read first.
group-new-approval = Do moderators read posts first?
group-new-approval-none = No
group-new-approval-none-hint = Posts appear at once. Moderators can remove them.
group-new-approval-first = The first three of each person
group-new-approval-first-hint = After that a person's posts appear at once.
group-new-approval-all = All of them
group-new-approval-all-hint = But not those of moderators, and of providers that they chose.
group-approval-first = Moderators read the first posts of each person before they appear.
group-approval-all = Moderators read every post before it appears.
problem-read-first-title = Moderators read this first
problem-read-first = In this group moderators read posts before they appear. Your words are below.
said-waits = Thank you. A moderator will read this before it appears. You will find what becomes of it under Updates.
said-waiting-through = It is published.
said-waiting-down = It is not published. Who wrote it is told why.
said-waiting-back = You took it back.
waiting-title = Waiting: { $name }
waiting-lead = Read each one, and decide. People who wrote here are told what you decide and why, never who decided.
waiting-lead-own = What you wrote appears when a moderator has read it.
waiting-empty = Nothing waits.
waiting-number = Number { $number }
waiting-refused = The moderators did not publish this.
waiting-whole = Look at the whole post, with what goes with it
waiting-let-through = Publish
waiting-turn-down = Do not publish
waiting-take-back = Take it back
waiting-reason = Why not, if you do not publish it
waiting-reason-none = Choose a reason
waiting-decided = Somebody else decided about this first, or it was taken back.
waiting-not-now = This cannot be published any more: who wrote it may not write here now, or what it answers is gone or closed. You can leave it, or not publish it.
waiting-link = { $count ->
    [one] { $count } post waits for moderators
   *[other] { $count } posts wait for moderators
 }
waiting-link-own = { $count ->
    [one] { $count } of your posts waits
   *[other] { $count } of your posts wait
 }
update-waits = wrote something that you should read first, in the group
update-through = A moderator published what you wrote in the group
update-refused = The moderators did not publish what you wrote in the group
update-decide = Read it and decide
