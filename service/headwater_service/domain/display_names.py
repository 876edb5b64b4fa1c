"""Display names of runs: two words and a number, `quiet-river-12`. Easy to say, and nothing depends on them."""

import random
from typing import Final

_ADJECTIVES: Final = """
agile amber ample ancient apt arctic ardent autumn azure balmy bold brave breezy bright brisk bronze calm candid
careful cedar cheerful chilly clear clever cloudy coastal cobalt cool copper coral cosmic cosy crimson crisp curious
daring dawn deep deft dewy distant drifting dusky eager early earnest easy elder emerald endless even exact fabled
fair faithful fallow fast fine firm fleet floral fluent foggy fond fragrant free fresh frosty gentle gilded glad
gleaming glowing golden graceful grand grassy green hale happy hardy hazel hearty hidden high honest humble icy
indigo inland ivory jade jolly keen kind lasting leafy level light limber lively lofty lone loyal lucid lucky lunar
mellow merry mild mindful misty modest mossy nimble noble northern oaken olive open opal patient peaceful pearly
placid plain playful polar polished prime proud pure quaint quick quiet radiant rapid ready rosy rugged russet rustic
sandy serene sheltered shining silent silver simple sincere sleek smooth snowy soft solar spry stable starry steady
still stony sunny supple sure swift tame tender thrifty tidal tidy tranquil true upland upright valiant velvet verdant
vivid warm wandering western wild winding windy winter wise young zesty
""".split()

_NOUNS: Final = """
acorn alder anchor arbor ash aspen bank bay beacon beech bend birch blossom bluff bough boulder brae branch breeze
bridge brook burrow bush canal canyon cape cascade cave channel cliff cloud clover cobble comet cove crag crane creek
crest current cypress dale dam delta dew dike dune eddy elm estuary falcon fall fen fern field finch fjord flame fleet
flint flock ford forest fountain fox frost garden gate geyser glacier glade glen gorge grove gulf gully harbor harvest
haven hawk hazel heath hedge heron hill hollow horizon inlet island ivy jetty kestrel knoll lagoon lake lantern larch
lark leaf ledge lichen lily linden lock loch lodge lynx maple marsh marten meadow mere mesa mill mist moon moor moss
mountain oak oasis orchard otter owl path peak pebble pier pine plain plateau pond pool poplar prairie quarry quay rain
rapid raven ravine reed reef ridge rill river robin rock rowan sail sand savanna sedge shade shoal shore sky slope
snow sparrow spring spruce star stone strait strand stream summit sun swallow swan swift terrace thicket tide timber
trail trout tundra vale valley wave weir well wharf willow wind wood wren yew
""".split()


def display_name(number: int) -> str:
    """Return a name for the run of this number in its project."""
    return f"{random.choice(_ADJECTIVES)}-{random.choice(_NOUNS)}-{number}"
