# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of a test's own: this program is run again in one, and another one is behind a firewall. Skipped without the right to."""
import os
import shutil
import subprocess
import sys
import time

MARK = 'CONFER_OWN_NETWORK'


def skip(why):
    print(f'1..0 # SKIP {why}')
    sys.exit(0)


def run(*words):
    if subprocess.run(words, check=False, capture_output=True).returncode != 0:
        skip(f'{" ".join(words)} is not possible')


def enter_own_network():
    """Run this program again in a network namespace."""
    if MARK not in os.environ:
        unshare = ['unshare', '-n'] if os.geteuid() == 0 else ['unshare', '-rn']
        if not shutil.which('ip') or subprocess.run([*unshare, 'true'], check=False).returncode != 0:
            skip('no network namespace')
        os.environ[MARK] = '1'
        os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])
    run('ip', 'link', 'set', 'lo', 'up')


class Client:
    """Another network, joined to ours by a cable; its firewall lets TCP to one port out and nothing else."""

    def __init__(self, server, client, port):
        if not shutil.which('nft') or not shutil.which('nsenter'):
            skip('no nft')
        # It ends when we do, however that is.
        self.holder = subprocess.Popen(['unshare', '-n', 'cat'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.before = ['nsenter', '-t', str(self.holder.pid), '-n']
        ours = os.readlink('/proc/self/ns/net')
        end = time.monotonic() + 10
        while os.readlink(f'/proc/{self.holder.pid}/ns/net') == ours:
            if time.monotonic() > end:
                skip('no second network')
            time.sleep(0.01)
        run('ip', 'link', 'add', 'here', 'type', 'veth', 'peer', 'name', 'there', 'netns', str(self.holder.pid))
        run('ip', 'addr', 'add', f'{server}/24', 'dev', 'here')
        run('ip', 'link', 'set', 'here', 'up')
        for words in (f'addr add {client}/24 dev there', 'link set there up', 'link set lo up', f'route add default via {server}'):
            run(*self.before, 'ip', *words.split())
        rules = f'''table inet wall {{
          chain out {{ type filter hook output priority 0; policy drop; oif lo accept; tcp dport {port} accept; }}
          chain in {{ type filter hook input priority 0; policy drop; iif lo accept; tcp sport {port} accept; }}
        }}
        '''
        out = subprocess.run([*self.before, 'nft', '-f', '-'], input=rules, text=True, capture_output=True, check=False)
        if out.returncode != 0:
            skip(f'no firewall: {out.stderr}')

    def close(self):
        self.holder.kill()
        self.holder.wait()
