"""The words that made-up conversations are made of, the common ones first in each list."""

from typing import Final

SPEAKERS: Final = (
    "Ana Ben Clara David Elena Farid Grace Hugo Irene Jonas Katya Leo Mira Nadia Oscar Priya "
    "Quentin Rosa Samir Tessa Ulrich Vera Wanda Yusuf"
).split()

PEOPLE: Final = (
    "my sister|my brother|my mum|my dad|my best friend|my neighbour|my partner|my boss|a colleague|"
    "my daughter|my son|my cousin|my aunt|my grandmother|my flatmate|my teacher|my uncle|my nephew|"
    "my landlord|my coach|my old classmate|my dentist|my niece|the woman next door|my therapist"
).split("|")

FIRST_NAMES: Final = (
    "Maria Tom Sarah James Lucy Pedro Emma Sofia Daniel Julia Marco Nina Paul Laura Max Ines Carl "
    "Hannah Ivan Alice Felix Marta Omar Eva Simon Chloe Victor Dora Adam Zoe Lukas Freya Hassan "
    "Greta Noah Bianca Igor Paula Theo Amina Bruno Olga Kenji Linnea Rafael Yara Anton Celia "
    "Dmitri "
    "Ingrid Mateo Noor Sven Talia Umberto Wren"
).split()

PLACES: Final = (
    "London Lisbon Berlin Paris Madrid Rome Porto Vienna Prague Dublin Hamburg Seville Lyon Athens "
    "Oslo Milan Naples Ghent Krakow Turin Bristol Leeds Basel Zagreb Bergen Malmo Nantes Valencia "
    "Bologna Utrecht Salzburg Aarhus Tampere Split Cadiz Bruges Girona Trieste Cork Galway Tartu "
    "Vilnius Riga Kyoto Osaka Boston Denver Austin Toronto Montreal Cusco Lima Nairobi Accra Hanoi"
).split()

ACTIVITIES: Final = (
    "running|yoga|swimming|painting|cooking|hiking|cycling|chess|pottery|gardening|photography|"
    "climbing|dancing|knitting|baking|surfing|singing in a choir|playing the guitar|skiing|sailing|"
    "learning Italian|birdwatching|woodworking|rowing|fencing|beekeeping|calligraphy|archery|"
    "playing the cello|restoring furniture|writing poetry|tai chi|volunteering|stand-up comedy|"
    "bookbinding|kayaking|astronomy|origami|weaving|playing the drums|horse riding|table tennis"
).split("|")

THINGS: Final = (
    "phone|car|bike|laptop|sofa|camera|coat|guitar|table|bed|dress|watch|tent|kettle|lamp|rug|oven|"
    "desk|backpack|bookshelf|mirror|piano|suitcase|jacket|toaster|printer|fridge|necklace|drill|"
    "telescope|sewing machine|hammock|record player|kayak|typewriter|espresso machine|easel|"
    "microscope|accordion|greenhouse|loom|sextant|trampoline|barometer|wheelbarrow|violin|globe"
).split("|")

ADJECTIVES: Final = (
    "new old good small big red blue cheap green black second-hand beautiful wooden heavy broken "
    "yellow expensive strange quiet bright vintage folding golden silver dusty elegant crooked "
    "turquoise enormous delicate rusty velvet striped crimson waterproof antique marble portable"
).split()

FOODS: Final = (
    "coffee|bread|cheese|rice|soup|pizza|chicken|chocolate|pasta|fish|salad|eggs|mushrooms|curry|"
    "tofu|olives|pancakes|lentils|sushi|dumplings|figs|peanuts|oysters|ramen|gnocchi|hummus|"
    "rhubarb|"
    "artichokes|kimchi|saffron risotto|plum cake|paella|goulash|pickled herring|aubergines|quinoa"
).split("|")

ANIMALS: Final = (
    "dog|cat|puppy|kitten|parrot|rabbit|hamster|tortoise|goldfish|pony|hen|canary|ferret|gecko|"
    "greyhound|guinea pig|poodle|cockatiel|iguana|donkey|hedgehog|dachshund"
).split("|")

JOBS: Final = (
    "teacher|nurse|designer|engineer|cook|waiter|lawyer|accountant|driver|writer|gardener|plumber|"
    "architect|librarian|pharmacist|translator|baker|journalist|carpenter|electrician|florist|"
    "geologist|midwife|sound engineer|tailor|optician|beekeeper|surveyor|glassblower|cartographer"
).split("|")

FEELINGS: Final = (
    "happy tired excited nervous sad proud worried relieved grateful angry calm lonely hopeful "
    "overwhelmed curious jealous embarrassed homesick cheerful restless stubborn bewildered"
).split()

TIMES: Final = (
    "yesterday|last week|today|last month|on Saturday|last weekend|this morning|last year|on "
    "Monday|"
    "two weeks ago|in March|last night|in June|a few days ago|on Friday|last summer|in October|"
    "three months ago|in January|on Tuesday evening|over Easter|in August|last winter|in 2019|"
    "the day before yesterday|in November|on Thursday|at Christmas|in April|a year ago|in 2021"
).split("|")

REASONS: Final = (
    "because it was raining|so I could sleep better|and it took the whole day|since the old one "
    "broke|although it cost far too much|and I would do it again|because my back hurts|which "
    "surprised everybody|and we laughed the whole way home|even though I was late|so that we have "
    "more time together|because the doctor told me to|and now I can't stop|which was a mistake|"
    "and the weather was lovely|because we had promised it to the children|before the shops "
    "closed|and I forgot my umbrella there|while the kitchen is being painted|after months of "
    "saving|despite the traffic|and somebody took a picture of it|which reminds me of when we "
    "were little|because the trains were on strike|and the whole street heard about it"
).split("|")

CHATTER: Final = (
    "That sounds wonderful!|How did it go?|I am so glad to hear that.|Tell me more about it.|"
    "Really? "
    "I had no idea.|You always say that.|Thanks for asking!|Let me know how it turns out.|I know "
    "what you mean.|That must have been hard.|Good luck with it.|We should talk about it over "
    "dinner.|I can't wait to see it.|What a coincidence!|Anyway, enough about me.|Speaking of "
    "which."
).split("|")

# Syllables of made-up names of shops, streets and books: the long tail that real talk has.
ONSETS: Final = "b br d dr f fl g gr h j k kl l m n p pr r s st t tr v w z".split()
NUCLEI: Final = "a e i o u ai ea ia ou".split()
CODAS: Final = "n r l t m nd rk lt th k".split()
