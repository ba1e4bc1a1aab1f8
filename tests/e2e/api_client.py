# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP interface as a program uses it: JSON in and out, each answer compared with docs/api/openapi.json."""
import json
import pathlib
import re
import subprocess
import urllib.parse

from confer_test import BUILD, Server, check, free_port
from raw_sip import digest
from raw_ws import http
from schema import Schemas

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / 'docs/api/openapi.json').read_text())


class Answer:
    def __init__(self, reply):
        self.status, self.fields, self.text = reply.status, reply.fields, reply.body.decode()
        self.json = json.loads(self.text) if 'json' in self.fields.get('content-type', '') else None

    def code(self):
        return self.json['type'].removeprefix('urn:confer:') if self.json and 'type' in self.json else None

    def __repr__(self):
        return f'<{self.status} {self.text[:300]}>'


def template_of(path):
    """The path of the document that @path is an instance of; literal ones first."""
    for template in sorted(DOCUMENT['paths'], key=lambda t: t.count('{')):
        if re.fullmatch(re.sub(r'\{\w+\}', '[^/]+', template), path):
            return template
    return None


class Api:
    """Requests with one token to the plain web port of a server."""

    schemas = Schemas(DOCUMENT)
    done = set()  # (operationId, status) that were met

    def __init__(self, port, token=None):
        self.port, self.token = port, token

    def ask(self, method, path, body=None, fields='', raw=None, status=None):
        if self.token:
            fields += f'Authorization: Bearer {self.token}\r\n'
        if body is not None or raw is not None:
            fields += 'Content-Type: application/json\r\n' if 'Content-Type' not in fields else ''
        text = raw if raw is not None else '' if body is None else json.dumps(body)
        answer = Answer(http(self.port, path, method, tls=False, fields=fields, body=text))
        self.compare(method, path.split('?')[0], answer)
        if status is not None:
            check(answer.status == status, f'{method} {path} {text[:200]}: {answer}, not {status}')
        return answer

    def compare(self, method, path, answer):
        template = template_of(path)
        operation = DOCUMENT['paths'].get(template, {}).get(method.lower())
        if operation is None:
            check(answer.status in (404, 405), f'{method} {path} is not in the document: {answer}')
            return
        responses = operation['responses']
        self.done.add((operation['operationId'], str(answer.status)))
        described = responses.get(str(answer.status)) or (responses['default'] if answer.status in (400, 405, 413, 415, 500) else None)
        check(described is not None, f'{method} {path}: {answer.status} is not in the document: {answer}')
        described = self.schemas.resolve(described)
        kind = answer.fields.get('content-type', '').split(';')[0]
        check('content' not in described or kind in described['content'], f'{method} {path}: {kind}')
        check('content' in described or not answer.text, f'{method} {path}: a body that is not in the document')
        if answer.json is not None:
            self.schemas.check(answer.json, described['content'][kind]['schema'], f'{method} {path} {answer.status}')
        for name in described.get('headers', {}):
            check(name.lower() in answer.fields, f'{method} {path} {answer.status}: no {name}')

    def pages(self, path, limit):
        """All items of a list, page by page."""
        items, after = [], ''
        while True:
            answer = self.ask('GET', f'{path}?limit={limit}{after}', status=200)
            check(len(answer.json['items']) <= limit, f'{len(answer.json["items"])} items')
            items += answer.json['items']
            if 'next' not in answer.json:
                return items
            after = '&after=' + urllib.parse.quote(answer.json['next'], safe='')

    def log_in(self, user, password=None):
        """The session of an account, by digest."""
        first = Answer(http(self.port, '/api/session', 'POST', tls=False))
        self.compare('POST', '/api/session', first)
        check(first.status == 401, f'{first}')
        challenge = first.fields['www-authenticate']
        line = digest(challenge, 'POST', '/api/session', user, password or user)
        answer = Answer(http(self.port, '/api/session', 'POST', tls=False, fields=line))
        self.compare('POST', '/api/session', answer)
        return answer


class ApiServer(Server):
    """conferd --dev with web ports; the interface without TLS at .plain."""

    def __init__(self, **parts):
        self.web = free_port()
        self.plain = self.web + 1
        super().__init__(extra=('--web', f'127.0.0.1:{self.web}'), **parts)

    def confer(self, *words, status=0):
        out = subprocess.run([f'{BUILD}/confer', '--state', self.state, *words], capture_output=True, text=True, timeout=20)
        check(out.returncode == status, f'confer {words}: {out.returncode} {out.stdout}{out.stderr}')
        return [json.loads(line) for line in out.stdout.splitlines() if line.startswith('{')]

    def key(self, scopes='all'):
        return self.confer('key', 'add', 'test', '--scopes', scopes)[0]['key']

    def api(self, scopes='all'):
        return Api(self.plain, self.key(scopes))


__all__ = ['Api', 'ApiServer', 'DOCUMENT', 'Failure', 'check']
