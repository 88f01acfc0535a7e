# Groups.
nav-groups = Groups
groups-title = Groups
groups-lead = Groups are where people who care, or need care, talk with each other. You can read them all. To write, sign in, or write from another site.
groups-count = { $count ->
    [0] No groups
    [one] 1 group, in order of name
   *[other] { $count } groups, in order of name
}
groups-empty = There is no group yet.
groups-add = Start a group
group-kind-open = Open group
group-kind-announce = Announcements
group-kind-open-lead = Anyone can read what is written here, on this site and on others.
group-kind-announce-lead = Services announce things here. Anyone can read them, and ask about them.
group-lang = Written in { $language }
group-members = { $count ->
    [0] No members
    [one] 1 member
   *[other] { $count } members
}
group-area = For { $area }
group-rules = Rules of the group
group-moderators = Moderators
group-moderators-lead = They keep order in this group.
group-join = Join the group
group-leave = Leave the group
group-mine-moderator = You keep order in this group.
group-mine-banned = The moderators do not want you to write in this group. You can read it.
group-conversations = Conversations
group-empty = Nobody has written here yet.
group-begin = Start a conversation
group-begin-title = Title
group-begin-title-hint = Say in a few words what it is about.
group-begin-text = What would you like to say?
group-begin-audience = Anyone can read this, here and on other sites. People who joined hear about it.
group-begin-button = Publish in the group
group-begin-sign-in = Sign in to write in this group
group-begin-join = Join the group to start a conversation. Anyone can answer one.
group-begin-announce = Only services and moderators start conversations here. Anyone can answer one.
group-elsewhere = Join from another site
group-elsewhere-lead = You can join from Mastodon and sites like it. Follow the group there. To start a conversation, write a post that names it.
group-elsewhere-listen = You can join from Mastodon and sites like it. Follow the group there. You can answer what is announced.
group-in = In the group
group-new-title = Start a group
group-new-lead = A group needs two people who keep order, so that one of them can be away.
group-new-name = Name of the group
group-new-handle = Short name for its web address
group-new-handle-hint = Small letters, numbers and _ only. You cannot change it later. For example, carers_table
group-new-about = Who is it for?
group-new-about-hint = Say who can join and what they will find. People read this before they join.
group-new-kind = What kind of group is it?
group-new-kind-open = A group where anyone can write
group-new-kind-open-hint = People here and on other sites can read it and write in it.
group-new-kind-announce = Announcements only
group-new-kind-announce-hint = Moderators, and services they choose, start conversations. Anyone can read and answer.
group-new-posting = Who can start a conversation in it?
group-new-posting-anyone = Anyone
group-new-posting-anyone-hint = For groups where anyone can write.
group-new-posting-members = Only people who joined
group-new-posting-members-hint = From other sites too, if they follow the group.
group-new-rules = Rules
group-new-rules-hint = One rule on each line, 5 at most. You can leave this empty.
group-new-area = Which place is it for?
group-new-area-hint = For example, Alderbrook and the villages around it. You can leave this empty.
group-new-moderators = Who keeps order?
group-new-moderators-hint = The short names of two or more people with an account here, one on each line.
group-new-lang = Which language is spoken in it?
group-new-button = Start the group
said-group = The group is there. People can join it now.
said-group-joined = You have joined the group. New conversations will show on your home page.
said-group-left = You have left the group.
said-group-began = Your conversation is published in the group.
group-needs-moderators = A group needs two moderators. Ask someone else to become one before you leave.
problem-group-members-title = Join the group first
problem-group-members = Only people who joined can start a conversation in this group. Go back, join it and try again. Your words are below.
problem-group-moderators-title = You cannot start a conversation here
problem-group-moderators = Only services and moderators start conversations in this group. You can answer one. Your words are below.
problem-group-banned-title = You cannot write in this group
problem-group-banned = The moderators do not want you to write in this group. If you think this is wrong, ask the people who run this community.
