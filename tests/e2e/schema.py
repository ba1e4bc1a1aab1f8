# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of JSON Schema (2020-12) as docs/api/openapi.json uses. A keyword that is not known here is an error, not passed over."""
import datetime
import re

from confer_test import Failure

TYPES = {'string': str, 'integer': int, 'boolean': bool, 'object': dict, 'array': list, 'null': type(None)}
SAID = {'description', 'default', 'title'}


class Schemas:
    def __init__(self, document):
        self.document = document
        self.seen = set()  # (schema, member) that were met
        self.known = {(name, member) for name, schema in document['components']['schemas'].items() for member in schema.get('properties', {})}

    def resolve(self, node):
        while '$ref' in node:
            at = self.document
            for step in node['$ref'].removeprefix('#/').split('/'):
                at = at[step]
            self.name = step
            node = at
        return node

    def check(self, value, schema, where='', name=None):
        if '$ref' in schema:
            name = schema['$ref'].rsplit('/', 1)[1]
        schema = self.resolve(schema)
        for keyword, wanted in schema.items():
            if keyword in SAID:
                continue
            method = getattr(self, '_' + keyword, None)
            if method is None:
                raise Failure(f'{where}: keyword {keyword} is not known to this checker')
            method(value, wanted, schema, where, name)

    def _type(self, value, wanted, schema, where, name):
        wanted = wanted if isinstance(wanted, list) else [wanted]
        if not any(isinstance(value, TYPES[t]) and not (t == 'integer' and isinstance(value, bool)) for t in wanted):
            raise Failure(f'{where}: {value!r} is no {wanted}')

    def _enum(self, value, wanted, schema, where, name):
        if value not in wanted:
            raise Failure(f'{where}: {value!r} is not one of {wanted}')

    def _properties(self, value, wanted, schema, where, name):
        for member, inner in wanted.items():
            if member in value:
                self.seen.add((name, member))
                self.check(value[member], inner, f'{where}.{member}')

    def _required(self, value, wanted, schema, where, name):
        for member in wanted:
            if member not in value:
                raise Failure(f'{where} has no {member}: {value}')

    def _additionalProperties(self, value, wanted, schema, where, name):
        for member in set(value) - set(schema.get('properties', {})):
            if wanted is False:
                raise Failure(f'{where} has {member}, which the document does not know')
            self.check(value[member], wanted, f'{where}.{member}')

    def _items(self, value, wanted, schema, where, name):
        for at, item in enumerate(value):
            self.check(item, wanted, f'{where}[{at}]')

    def _minimum(self, value, wanted, schema, where, name):
        if value < wanted:
            raise Failure(f'{where}: {value} is less than {wanted}')

    def _maximum(self, value, wanted, schema, where, name):
        if value > wanted:
            raise Failure(f'{where}: {value} is more than {wanted}')

    def _maxLength(self, value, wanted, schema, where, name):
        if value is not None and len(value) > wanted:
            raise Failure(f'{where}: longer than {wanted}')

    def _minLength(self, value, wanted, schema, where, name):
        if value is not None and len(value) < wanted:
            raise Failure(f'{where}: shorter than {wanted}')

    def _minItems(self, value, wanted, schema, where, name):
        if len(value) < wanted:
            raise Failure(f'{where}: fewer than {wanted}')

    def _maxItems(self, value, wanted, schema, where, name):
        if len(value) > wanted:
            raise Failure(f'{where}: more than {wanted}')

    def _pattern(self, value, wanted, schema, where, name):
        if value is not None and not re.search(wanted, value):
            raise Failure(f'{where}: {value!r} is not like {wanted}')

    def _format(self, value, wanted, schema, where, name):
        if wanted != 'date-time':
            raise Failure(f'{where}: format {wanted} is not known to this checker')
        datetime.datetime.strptime(value, '%Y-%m-%dT%H:%M:%SZ')
