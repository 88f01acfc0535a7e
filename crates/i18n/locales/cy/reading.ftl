# How a reader likes pages.
reading-title = Gosodiadau darllen
reading-lead = Dewiswch sut mae tudalennau'n edrych i chi. Rydym yn cadw eich dewis mewn cwci ar y ddyfais hon.
reading-size = Maint y testun
reading-size-normal = Arferol
reading-size-large = Mawr
reading-size-larger = Mwy
reading-scheme = Lliwiau
reading-scheme-auto = Yn ôl gosodiad fy nyfais
reading-scheme-light = Geiriau tywyll ar dudalen olau
reading-scheme-dark = Geiriau golau ar dudalen dywyll
reading-scheme-contrast = Du ar wyn, gyda llinellau cryf
reading-space = Y bwlch rhwng llinellau a geiriau
reading-space-normal = Arferol
reading-space-wide = Llydan
reading-button = Cadw'r gosodiadau
said-reading = Mae eich gosodiadau wedi'u cadw.
