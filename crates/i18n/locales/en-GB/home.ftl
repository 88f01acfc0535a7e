# The front page, and one's own.
home-title = Care and support near you
home-title-yours = News for you
home-lead = News from care providers and community groups. You can read everything public here without an account.
home-find = See all providers
home-about = About this community
home-latest = Latest news
home-yours = From the people and providers you follow
home-order = Newest first.
home-empty = Nothing has been posted yet. When a provider writes something, it shows here.
home-empty-yours = There is nothing here yet. Follow a provider and its news shows here.
home-providers = Providers here
home-all-providers = See all providers
home-signed-out = You are signed out.
home-set-up = Your community is ready. You are signed in.
tag-title = Posts about #{ $tag }
tag-empty = Nobody here has written about this yet.
