# Posts, replies and earlier versions.
post-by = post by { $name }
post-title = Post by { $name }
post-provider = Provider
post-from = from another community, { $host }
post-edited = changed { $when }
post-change = Change
post-remove = Remove
post-more-from = See their page and other posts
post-read-all = Read the whole post
post-warning = Please be aware:
post-show = Show the post
post-gone = This post was removed.
post-gone-title = This post was removed
post-original = See it on { $host }
post-event-when = When:
post-event-where = Where:
post-attached-picture = Picture:
post-attached-film = Film:
post-attached-sound = Sound:
post-attached-file = File:
post-attached-link = Link:
post-attached-unnamed = without a description
post-other-language = Read this in { $language }
post-boosted-by = Passed on by
post-in-reply-to = In reply to { $name }
post-in-reply = In reply to another post
post-replies = { $count ->
    [0] No replies
    [one] 1 reply
   *[other] { $count } replies
}
audience-tag-local = Only people with an account here
audience-tag-quiet = Not shown in lists
audience-tag-followers = Only followers
audience-tag-group = Only this group
audience-tag-direct = Only the people named in it
replies-more = More replies
reply-title = Write a reply
reply-label = Your reply
reply-as = Reply as
reply-lang = Language of your reply
reply-see = See your reply
reply-button = Post reply
reply-sign-in = Sign in to reply
reply-elsewhere = Do you have an account on another site? Copy this address into its search box. Then reply there.
reply-audience-public = Anyone can see your reply, here and on other sites.
reply-audience-local = Only people with an account here can see your reply.
reply-audience-group = Only members of this group can see your reply. It is not sent anywhere else.
reply-audience-followers = Only followers and the people named in it can see your reply.
said-published = Your post is published.
said-replied = Your reply is published.
said-changed = Your change is published.
said-removed = The post is removed here. We are asking other communities to remove it too.
history-title = Versions of a post
history-lead = Every version that has been public. The newest is first.
history-now = Now
poll-result = { $count ->
    [one] 1 vote, { $percent } percent.
   *[other] { $count } votes, { $percent } percent.
}
poll-voters = { $count ->
    [0] Nobody has voted.
    [one] 1 person has voted.
   *[other] { $count } people have voted.
}
poll-mine = You chose this.
poll-voted = You have voted.
poll-closed = Voting is closed.
poll-closes = Voting closes { $when }.
poll-open = Voting is open.
poll-choose-one = Choose one answer
poll-choose-several = Choose one or more answers
poll-secret = This page does not show who chose what.
poll-once = You cannot change your vote.
poll-own = You cannot vote in your own poll.
poll-again = You have voted already.
poll-word = Poll
poll-results = Results
poll-results-so-far = Results so far
poll-sign-in = Sign in to vote
poll-button = Vote
said-voted = Your vote is counted.
like-button = Like
unlike-button = You like this. Take it back
said-liked = You like it now. Who wrote it is told.
said-unliked = You took it back.
