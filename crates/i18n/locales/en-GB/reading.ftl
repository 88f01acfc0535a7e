# How a reader likes pages.
reading-title = Reading settings
reading-lead = Choose how pages look for you. We keep your choice in a cookie on this device.
reading-size = Size of the text
reading-size-normal = Normal
reading-size-large = Large
reading-size-larger = Larger
reading-scheme = Colours
reading-scheme-auto = As my device is set
reading-scheme-light = Dark words on a light page
reading-scheme-dark = Light words on a dark page
reading-scheme-contrast = Black on white, with strong lines
reading-space = Space between lines and words
reading-space-normal = Normal
reading-space-wide = Wide
reading-button = Save settings
said-reading = Your settings are saved.
