"""Imports two decks into a new collection of Anki, as its dialog does unless somebody chooses otherwise.

Between them the first card is answered. What the collection holds then is printed as JSON.
"""
import json
import sys
import tempfile

from anki.collection import Collection, ImportAnkiPackageRequest

older, newer = sys.argv[1:]
collection = Collection(tempfile.mkdtemp() + "/collection.anki2")


def load(path):
    options = collection._backend.get_import_anki_package_presets()
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options))


def schedule(card_id):
    card = collection.get_card(card_id)
    return [card.type, card.queue, card.due, card.ivl, card.reps]


load(older)
deck = next(deck for deck in collection.decks.all_names_and_ids() if deck.id != 1)
collection.decks.select(deck.id)
card = collection.sched.getCard()
fresh = schedule(card.id)
collection.sched.answerCard(card, 4)
answered = schedule(card.id)
load(newer)
notes = [collection.get_note(note) for note in collection.find_notes("")]
print(json.dumps({
    "deck": deck.name,
    "notes": {note.guid: {"fields": note.fields, "tags": note.tags} for note in notes},
    "count": len(notes),
    "cards": collection.card_count(),
    "fresh": fresh,
    "answered": answered,
    "kept": schedule(card.id),
    "back": collection.get_card(card.id).answer(),
    "kinds": [kind.name for kind in collection.models.all_names_and_ids() if "nterview" in kind.name],
}))
