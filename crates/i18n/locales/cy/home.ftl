# The front page, and one's own.
home-title = Gofal a chymorth yn agos atoch chi
home-title-yours = Newyddion i chi
home-lead = Newyddion gan ddarparwyr gofal a grwpiau cymunedol. Gallwch ddarllen popeth cyhoeddus yma heb gyfrif.
home-find = Gweld pob darparwr
home-about = Am y gymuned hon
home-latest = Y newyddion diweddaraf
home-yours = Gan y bobl a'r darparwyr rydych chi'n eu dilyn
home-order = Y diweddaraf yn gyntaf.
home-empty = Does dim byd wedi'i gyhoeddi eto. Pan fydd darparwr yn ysgrifennu rhywbeth, bydd i'w weld yma.
home-empty-yours = Does dim byd yma eto. Dilynwch ddarparwr a bydd ei newyddion i'w gweld yma.
home-providers = Darparwyr yma
home-all-providers = Gweld pob darparwr
home-signed-out = Rydych chi wedi allgofnodi.
home-set-up = Mae eich cymuned yn barod. Rydych chi wedi mewngofnodi.
tag-title = Negeseuon am #{ $tag }
tag-empty = Does neb yma wedi ysgrifennu am hyn eto.
