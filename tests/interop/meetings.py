# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests with real Linphones from 5.4 on share: a meeting of some, what each knows of the others, whom each sees in which window."""
import collections
import contextlib

from linphone import site
from confer_test import check

EVERYBODY = ('alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy')


@contextlib.contextmanager
def meeting(*users, subject='Tea', config='', video=1, bundle=1, **keys):
    """The first user makes a conference and has the others called, who answer: the server, the room, the phones."""
    with site(*users, config=config, video=video, bundle=bundle, **keys) as (server, *phones):
        organiser, others = phones[0], phones[1:]
        organiser.say(f'meet {subject}|' + ' '.join(server.uri(user) for user in users[1:]))
        for phone in others:
            phone.call_state('IncomingReceived')
            phone.say('answer')
        for phone in phones:
            phone.running().conference_created()
        room = server.wait_room('with all', lambda r: r['in'] == len(users))
        yield (server, room, *phones)


def devices(phone, what, matches):
    """The devices that a phone knows as soon as they match: asked for once, told when something changes."""
    phone.forget('devices')
    phone.say('devices')
    return phone.await_event('devices', what, lambda e: matches(e['devices']))['devices']


def name_of(device):
    return device['uri'].removeprefix('sip:').split('@')[0]


ABSENT = {'seen': 0, 'screen': 0, 'state': 3}


def by_name(found):
    """Each device by its user's name; a client that reads all anew tells of some first."""
    return collections.defaultdict(lambda: ABSENT, {name_of(device): device for device in found})


def knows(phone, *users):
    """Exactly one device of each, with a label and sources; oneself is among them."""
    def matches(found):
        named = by_name(found)
        return len(found) == len(users) and set(named) == set(users) and all(
            d['label'] and d['video_ssrc'] and d['audio_ssrc'] and d['state'] == 1 for d in found)
    found = by_name(devices(phone, f'devices of {users}', matches))
    check(len({d['label'] for d in found.values()}) == len(users), f'labels differ: {found}')
    return found


def sees_all(*phones):
    """Everybody sees each of the others in the window of his device."""
    for phone in phones:
        for other in phones:
            if other is not phone:
                phone.sees(other.user, window=other.user)
