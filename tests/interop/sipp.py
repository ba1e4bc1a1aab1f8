# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp as a Python object: a scenario of sipp/, run against a server."""
import os
import subprocess
import tempfile

from confer_test import Failure, free_port

HERE = os.path.dirname(os.path.abspath(__file__))


class Sipp:
    """A scenario; .port is its own. Calls take the rooms (field4) in turn."""

    def __init__(self, server, scenario, caller='alice', called='room-sipp', calls=1, rate=1, transport='u1', hold_msec=0, port=None,
                 patience=60, together=None, rooms=1):
        self.name = f'sipp {scenario}'
        self.folder = tempfile.TemporaryDirectory(prefix='confer-sipp-')
        self.port = port or free_port()
        users = f'{self.folder.name}/users.csv'
        with open(users, 'w', encoding='ascii') as out:
            out.write('SEQUENTIAL\n')
            for room in range(rooms):
                out.write(f'{caller};{called};[authentication username={caller} password={caller}];'
                          f'[authentication username={caller} password=wrong];{room}\n')
        self.patience = patience
        together = together or max(1, calls)
        argv = ['sipp', '-sf', f'{HERE}/sipp/{scenario}.xml', '-inf', users, '-m', str(calls), '-r', str(rate), '-l', str(together), '-t', transport,
                '-i', '127.0.0.1', '-p', str(self.port), '-mp', str(10000 + self.port % 6000), '-d', str(hold_msec),
                '-timeout', f'{patience}s', '-timeout_error', '-nostdin', '-trace_err', '-error_file', f'{self.folder.name}/errors.log',
                '-trace_msg', '-message_file', f'{self.folder.name}/messages.log', f'127.0.0.1:{server.port}']
        argv[1:1] = ['-auth_uri', 'localhost' if scenario == 'register' else f'{called}@localhost']
        if calls > 10:
            del argv[argv.index('-trace_msg'):argv.index('-trace_msg') + 3]
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=dict(os.environ, TERM='dumb'),
                                        cwd=self.folder.name)

    def tail(self, name, octets=3000):
        try:
            with open(f'{self.folder.name}/{name}', encoding='utf-8', errors='replace') as text:
                return text.read()[-octets:]
        except OSError:
            return ''

    def done(self):
        """All calls went as the scenario says."""
        try:
            _, errors = self.process.communicate(timeout=self.patience + 20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
        status = self.process.returncode
        log = self.tail('errors.log'), self.tail('messages.log')
        self.folder.cleanup()
        if status != 0:
            raise Failure(f'{self.name}: status {status}: {log[0][:1500]}\n{log[1]}')
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()
