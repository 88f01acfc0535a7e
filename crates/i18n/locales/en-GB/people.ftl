# Profiles, providers, teams and following.
profile-moved = They have moved. Their new page:
profile-pinned = To read first
profile-posts = Posts
profile-empty = They have not posted yet. Follow to hear when they do.
profile-no-about = They have not said anything about themselves yet.
profile-elsewhere = See their page on their own site
profile-edit-team = See the team
profile-write = Write a post
profile-since = Here since { $when }
profile-followers = { $count ->
    [0] No followers
    [one] 1 follower
   *[other] { $count } followers
}
profile-post-count = { $count ->
    [0] No posts
    [one] 1 post
   *[other] { $count } posts
}
follow-title = Follow from another site
follow-lead = You can follow from Mastodon and sites like it. You do not need an account here.
follow-label = Your address on that site
follow-hint = For example, sam@social.example
follow-button = Continue to your site
follow-copy = Or copy this address into the search box of your site:
copy-label = Address to copy
follow-page-title = Follow { $name } from another site
follow-ready-title = Continue to { $host }
follow-ready = You are leaving this site. { $host } will ask you if you want to follow.
follow-ready-button = Continue to { $host }
follow-manual-title = Follow from { $host }
follow-manual = We cannot open the follow page of { $host } for you. Copy the address below into its search box and choose Follow there.
follow-back = Back to { $name }
follow-here = That address is from this community. Sign in here to follow.
follow-add = Follow
follow-add-named = Follow { $name }
follow-stop = Stop following
follow-waiting = Asked to follow. Stop
said-following = You follow them now. Their news will show on your home page.
said-asked = We have asked their community. You will follow them when it says yes.
said-unfollowed = You have stopped following them.
providers-title = Providers
providers-lead = Care providers, council teams and community groups that post here.
providers-count = { $count ->
    [0] No providers
    [one] 1 provider, in order of name
   *[other] { $count } providers, in order of name
}
providers-empty = No provider has joined yet.
providers-add = Add a provider
provider-new-title = Add a provider
provider-new-name = Name of the provider
provider-new-handle = Short name for its web address
provider-new-handle-hint = Small letters, numbers and _ only. You cannot change it later. For example, bridge_care
provider-new-summary = About the provider
provider-new-summary-hint = What it does, who for and where. You can leave this empty.
provider-new-owner = Who looks after it?
provider-new-owner-hint = The short name of someone with an account here. They can add others to the team.
provider-new-button = Add provider
said-provider = The provider is added. Its team can write now.
team-title = Team of { $name }
team-lead = These people can write as the provider. Readers see the name of the provider, not the name of the person.
team-remove = Take out of the team
team-add-title = Add someone to the team
team-add-handle = Their short name
team-add-handle-hint = The name in the web address of their page here. They need an account first.
team-add-role = What can they do?
team-add-button = Add to the team
role-author = Writer
role-author-hint = Writes posts for the provider.
role-approver = Approver
role-approver-hint = Writes posts and publishes what others wrote.
role-owner = Lead
role-owner-hint = Also says who is in the team.
said-team-added = They are in the team now.
said-team-removed = They are no longer in the team.
team-needs-lead = A team needs at least one lead. Make someone else a lead first.
you-title = Your page
you-profile = See your profile
you-teams = Providers you write for
you-no-teams = You are not in the team of a provider.
you-team-link = Team
you-write-as = Write as { $name }
you-following = People and providers you follow
you-no-following = You do not follow anyone yet.
you-waiting = Waiting for an answer
you-follow-title = Follow someone by address
you-follow-label = Their address
you-follow-hint = For example, bridge@larkmoor.example
profile-change-own = Change what others see of you
profile-change-of = Change what { $name } says about itself
profile-change = Change the profile
profile-change-lead = Everybody can see this. People who follow from other sites see the change there too.
profile-name = The name that others see
profile-about = About you
profile-save = Save
said-profile-changed = Your changes are saved.
