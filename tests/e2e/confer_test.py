# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: a conferd of the test's own on free loopback ports, programs that talk JSON lines, and cases that
print TAP. Standard library only. Everything waits for events with a deadline; nothing sleeps for luck."""
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

BUILD = os.environ.get('CONFER_BUILD', 'build')
PATIENCE_SEC = float(os.environ.get('CONFER_PATIENCE', '20'))


def free_port():
    """A port p such that p (UDP, TCP) and p + 1 (TCP) are free on loopback."""
    for _ in range(100):
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tls:
            tcp.bind(('127.0.0.1', 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(('127.0.0.1', port))
                tls.bind(('127.0.0.1', port + 1))
                return port
            except OSError:
                continue
    raise RuntimeError('no free ports')


class Failure(Exception):
    """A test expectation that was not met."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def log_of(file):
    """Read without moving the place in the file: the program, which shares it, would write there."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors='replace')


class Program:
    """A child process whose standard output is JSON lines (other lines are kept as text)."""

    def __init__(self, name, argv, **options):
        self.name = name
        self.lines = []
        self.queue = queue.Queue()
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        bufsize=1, **options)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            line = line.strip()
            try:
                event = json.loads(line)
            except ValueError:
                event = {'event': 'text', 'text': line}
            self.lines.append(event)
            self.queue.put(event)
        self.queue.put(None)

    def say(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def wait(self, what, matches, patience=PATIENCE_SEC):
        """The next event for which matches(event) is true."""
        end = time.monotonic() + patience
        while True:
            try:
                event = self.queue.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Failure(f'{self.name}: no {what} within {patience} s; last: {self.lines[-5:]}') from None
            if event is None:
                raise Failure(f'{self.name}: ended before {what}; status {self.process.wait()}; {self.errors()}')
            if matches(event):
                return event

    def whole_log(self):
        return log_of(self.log)

    def errors(self):
        """The end of the log."""
        return self.whole_log()[-2000:]

    def end(self, sig=signal.SIGTERM, patience=10):
        if self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class Server(Program):
    """conferd --dev; config: what its configuration file says, if it has one."""

    def __init__(self, state=None, port=None, extra=(), config=''):
        self.port = port or free_port()
        self.owns_state = state is None
        self.state = state or tempfile.mkdtemp(prefix='confer-e2e-')
        file = f'{self.state}/confer.conf'
        if config:
            with open(file, 'w', encoding='utf-8') as out:
                out.write(config)
            extra = ('--config', file, *extra)
        super().__init__('conferd', [f'{BUILD}/conferd', '--dev', '--listen', f'127.0.0.1:{self.port}', '--state', self.state, *extra])
        self.wait('ready', lambda e: e.get('text', '').startswith('ready'))

    def uri(self, user):
        return f'sip:{user}@localhost'

    def proxy(self, transport='udp'):
        port = self.port + 1 if transport == 'tls' else self.port
        return f'sip:127.0.0.1:{port};transport={transport}'

    def control(self, *words):
        """Ask through the confer command; a list of JSON objects."""
        out = subprocess.run([f'{BUILD}/confer', '--state', self.state, *words], capture_output=True, text=True, timeout=20)
        return [json.loads(line) for line in out.stdout.splitlines() if line.startswith('{')]

    def resident_mb(self):
        """What of its memory is in RAM."""
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmRSS')) / 1024

    def room(self, key):
        """What `confer rooms` says of the room, or None."""
        return next((r for r in self.control('rooms') if r.get('room') == key), None)

    def wait_room(self, what, matches, patience=PATIENCE_SEC):
        """Ask for rooms until one matches; returns it."""
        end = time.monotonic() + patience
        rooms = []
        while time.monotonic() < end:
            rooms = self.control('rooms')
            for room in rooms:
                if matches(room):
                    return room
            time.sleep(0.1)
        raise Failure(f'no room {what}: {rooms}')

    def wait_no_room(self, key, patience=PATIENCE_SEC):
        """Ask for rooms until that one is gone."""
        end = time.monotonic() + patience
        while self.room(key) is not None:
            check(time.monotonic() < end, f'{key} is still there')
            time.sleep(0.1)

    def close(self):
        status = self.end()
        if self.owns_state:
            shutil.rmtree(self.state, ignore_errors=True)
        check(status == 0, f'conferd ended with {status}: {self.errors()}')


class ConfiguredServer(Server):
    """conferd by a configuration file alone, not --dev: some of what that has, without the accounts. more: lines behind those of [media]."""

    accounts = ''
    conferences = ''

    def __init__(self, more=''):
        self.port = free_port()
        self.owns_state = True
        self.state = tempfile.mkdtemp(prefix='confer-configured-')
        path = f'{self.state}/confer.conf'
        with open(path, 'w', encoding='ascii') as out:
            out.write(f'[server]\nstate = {self.state}\nlisten = 127.0.0.1:{self.port}\nlisten-tls = 127.0.0.1:{self.port + 1}\n'
                      f'domains = localhost\ndrain-time = 0s\n[accounts]\n{self.accounts}[conferences]\nopen-rooms = yes\n{self.conferences}'
                      f'[media]\nplain = yes\nquarantine = 1s\n{more}')
        self.add_accounts()
        Program.__init__(self, 'conferd', [f'{BUILD}/conferd', '--config', path])
        self.wait('ready', lambda e: e.get('text', '').startswith('ready'))

    def add_accounts(self):
        """Those that are there when it begins."""


class TrustingServer(ConfiguredServer):
    """Believes From, as behind a proxy: scenarios needn't know passwords."""

    accounts = 'registrar = no\ntrusted-proxies = 127.0.0.1\n'
    conferences = 'participants = 1000\nper-account = 1000\n'

    def is_empty(self):
        self.wait_room_gone('room-sipp')

    def wait_room_gone(self, key):
        """Nobody is left in the room."""
        end = time.monotonic() + PATIENCE_SEC
        while time.monotonic() < end:
            room = self.room(key)
            if room is None or room['in'] == 0:
                return
            time.sleep(0.1)
        raise Failure(f'{key} is not empty: {room}')


def run_cases(*cases):
    """Run functions as TAP test cases; a case that raises fails. Exit status 1 if any failed."""
    wanted = sys.argv[1:]
    chosen = [c for c in cases if not wanted or c.__name__ in wanted]
    print(f'1..{len(chosen)}', flush=True)
    failed = 0
    for number, case in enumerate(chosen, 1):
        try:
            case()
            print(f'ok {number} - {case.__name__}', flush=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, the case failed
            failed += 1
            print(f'not ok {number} - {case.__name__}', flush=True)
            for line in f'{error}\n{traceback.format_exc()}'.splitlines():
                print(f'# {line}', flush=True)
    sys.exit(1 if failed else 0)
