"""The invented people of Lantern and the words of its front page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    login: str
    name: str
    room: str
    slug: str
    about: str
    tags: tuple[str, ...]
    mode: str = "free"
    private_cpm: int | None = None
    in_studio: bool = False
    featured: bool = False
    goals: tuple[tuple[str, int], ...] = ()  # title, hundredths
    category: str = ""
    languages: tuple[str, ...] = ("en",)
    stars: tuple[int, ...] = ()
    evenings: tuple[int, ...] = ()  # weekdays on which they were live, Monday = 0
    hour: int = 19  # nobody was live at the same time as somebody else


PERFORMERS = [
    Person(
        login="ana",
        name="Ana",
        room="Spanish with Ana",
        slug="ana",
        about=(
            "I grew up in Valparaíso and have taught Spanish for eleven years. The open hour is for everybody: bring a "
            "word you stumbled over. For your own conversation, ask for a private lesson."
        ),
        tags=("Spanish", "Conversation", "Beginners welcome"),
        private_cpm=200,
        featured=True,
        goals=(("A poem by Neruda, read aloud", 10_00), ("An extra half hour for everybody", 50_00)),
        category="lessons",
        languages=("en", "es"),
        stars=(5, 5, 4),
        evenings=(0, 1, 3, 5),
    ),
    Person(
        login="bo",
        name="Bo",
        room="Bo’s guitar evening",
        slug="bo",
        about=(
            "Fingerstyle guitar, a lamp and a pot of tea. I play for an hour and take requests from the chat: old "
            "tunes, new tunes, and the one you hum without knowing its name."
        ),
        tags=("Music", "Guitar", "Requests"),
        mode="group-paid",
        in_studio=True,
        category="music",
        languages=("en", "de"),
        stars=(4, 5),
        evenings=(2, 4, 6),
    ),
    Person(
        login="ida",
        name="Ida",
        room="Maths without fear",
        slug="ida",
        about="Fractions, equations, the exam next week. Hold your exercise into the camera and we take it apart.",
        tags=("Maths", "Homework", "Beginners welcome"),
        private_cpm=80,
        category="lessons",
        stars=(5,),
        evenings=(1, 3),
        hour=14,
    ),
    Person(
        login="noa",
        name="Noa",
        room="Yoga for stiff desks",
        slug="noa",
        about="Twenty quiet minutes for shoulders and wrists. In private I look at how you sit, and we change that.",
        tags=("Yoga", "Health", "Beginners welcome"),
        private_cpm=120,
        category="well-being",
        languages=("en", "de", "fr"),
        in_studio=True,
        evenings=(6,),
        hour=8,
    ),
]
STUDIO_ROOM = "The attic of Eos"
STUDIO_ABOUT = "A room under the roof that Eos lends to whoever of its people needs one: a lamp, a rug and a good line."
CLIENTS = {"cy": 10_000, "di": 2_000}
GUESTS = ("eli", "fay", "gus")  # they have been here before and said how it was
CATEGORIES = {"lessons": "Lessons", "music": "Music", "well-being": "Well-being"}

HOME_TITLE = "Somebody you like to listen to, by the minute"
HOME_LEAD = (
    "<p>Lantern is where teachers, musicians and patient explainers keep the light on. Look in for free, "
    "ask for a private hour, and pay for the minutes you had.</p>"
)
HOME_BODY = [
    {"type": "live_now", "value": {"heading": "Live now", "number": 8}},
    {"type": "heading", "value": "How an evening goes"},
    {
        "type": "steps",
        "value": [
            {
                "title": "Look in",
                "text": "Open a room that is live. Most are free to watch, and the price of the rest is on the door.",
            },
            {
                "title": "Ask for a private hour",
                "text": "You see the price per minute before you ask. Nothing runs until the other side says yes.",
            },
            {
                "title": "Pay for the minutes",
                "text": "The meter runs only while sound and picture do, and both of you get the same receipt.",
            },
        ],
    },
    {"type": "room_grid", "value": {"heading": "Who is here", "rooms": [], "sort": "name", "number": 6}},
    {"type": "price_table", "value": {"heading": "What it costs", "room": None}},
    {"type": "pack_table", "value": {"heading": "Fill your wallet"}},
    {"type": "wallet_button", "value": {}},
    {"type": "heading", "value": "Asked often"},
    {
        "type": "question",
        "value": {
            "question": "What if my connection drops?",
            "answer": (
                "The meter stops with the picture. When it comes back you go on; when it does not, "
                "you pay up to the last proven second."
            ),
        },
    },
    {
        "type": "question",
        "value": {
            "question": "Can I run up a debt?",
            "answer": "No. A show ends when your wallet is empty, and you are told before.",
        },
    },
    {
        "type": "question",
        "value": {
            "question": "Are these people real?",
            "answer": "Not on this site: it is a demonstration. Sign in as Ana or Bo and be one of them.",
        },
    },
    {
        "type": "call_to_action",
        "value": {
            "goal": "performer",
            "heading": "Something you could tell for hours?",
            "text": "Keep a light on of your own: you choose your hours and your price.",
            "button": "",
        },
    },
]
