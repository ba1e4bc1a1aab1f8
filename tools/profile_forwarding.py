#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a forwarded packet goes: runs tests/bench/profile_worker under `perf record` and prints the shares of the thread that
forwards, by named group, for the server's worker and for the bare loop, and the functions of the engine one by one.

    tools/profile_forwarding.py [--build build] [--seconds 4] [ROW...]      ROW: PORTS:SUITE:RECEIVERS:FRAME, as one:AEAD_AES_128_GCM:50:8

Needs perf and the right to see the kernel's functions (root, or kernel.perf_event_paranoid <= 1 and kernel.kptr_restrict 0)."""
import argparse
import collections
import re
import subprocess
import sys
import tempfile

ROWS = ['one:AEAD_AES_128_GCM:50:8', 'one:AEAD_AES_128_GCM:50:1', 'one:AEAD_AES_128_GCM:10:1', 'own:AEAD_AES_128_GCM:1000:1']
THREADS = {'worker': 'media', 'bare': 'loop'}

# A sample of the kernel belongs to the first group of which a function is anywhere among its callers.
KERNEL = [
    ('delivery on loopback', r'net_rx_action|process_backlog|__netif_receive_skb|udp_queue_rcv|__do_softirq|handle_softirqs'),
    ('kernel: interrupts', r'sysvec_|asm_sysvec|hrtimer_interrupt|irq_exit'),
    ('receiving', r'recvmmsg|io_recvmsg|__sys_recv'),
    ('sending', r'sendmmsg|sendmsg|udp_send|io_send'),
    ('ring around sending', r'io_uring_enter|io_submit|io_cqring'),
    ('waiting, waking', r'epoll|do_sys_poll|__x64_sys_poll|schedule|futex|eventfd'),
]
# The sending part again, by where in the network stack.
SENDING = [
    ('copying in', r'_copy_from_iter|copyin|skb_copy_datagram_from|ip_generic_getfrag|__ip_append_data|ip_make_skb|alloc_skb|sock_alloc_send'),
    ('route', r'ip_route_output|fib_'),
    ('queue, device', r'__dev_queue_xmit|loopback_xmit|dev_hard_start_xmit|enqueue_to_backlog|validate_xmit'),
]


def first_group(groups, chain):
    return next((name for name, pattern in groups if any(re.search(pattern, symbol) for symbol in chain)), None)


def group_of_kernel(chain):
    name = first_group(KERNEL, chain)
    if name == 'sending':
        return f'sending: {first_group(SENDING, chain) or "the rest of the stack"}'
    return name or 'kernel: the rest, entry and exit'


def group_of_user(symbol, library):
    if re.search(r'IPSec_MB|libcrypto', library) or re.search(r'^(aes_|ghash|gcm_)', symbol):
        return 'crypto'
    if re.search(r'libc[.-]|liburing|vdso|ld-linux', library):
        return 'copying, libc, vdso'
    if re.search(r'control_|rtcp|_report|transport_cc|feedback', symbol):
        return 'engine: RTCP'
    if re.search(r'sender|send_batch|add_message|submit_message|cf_udp|sockaddr|settle|ring|cf_receiver|take_', symbol):
        return 'shell: messages for the kernel'
    if re.search(r'turn|send_outputs|drain|deadline|heap|await', symbol):
        return 'worker: turns and timers'
    return 'engine: forwarding'


def samples(data, thread):
    """Callers of each sample, itself first: (symbol, library)."""
    text = subprocess.run(['perf', 'script', '-i', data, '--comm', thread, '-F', 'ip,sym,dso'], capture_output=True, text=True, check=True)
    for block in text.stdout.split('\n\n'):
        chain = re.findall(r'^\s*[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \((.*?)\)$', block, re.M)
        if chain:
            yield chain


def profile(build, who, ring, row, seconds):
    """Shares by group and by function, and what the program said."""
    ports, suite, receivers, frame = row.split(':')
    with tempfile.NamedTemporaryFile() as data:
        command = ['perf', 'record', '-q', '-e', 'cpu-clock', '-F', '4999', '-g', '-o', data.name,
                   f'{build}/tests/bench/profile_worker', who, ring, ports, suite, receivers, frame, str(seconds)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f'{" ".join(command)}: {run.stderr.strip()}')
        groups = collections.Counter()
        functions = collections.Counter()
        for chain in samples(data.name, THREADS[who]):
            symbol, library = chain[0]
            if library.startswith('[kernel') or library.startswith('[guest'):
                groups[group_of_kernel([name for name, _ in chain])] += 1
            else:
                groups[group_of_user(symbol, library)] += 1
                functions[symbol] += 1
    return groups, functions, run.stdout


def each_of(said):
    return float(re.search(r'(\d+) ns each', said)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--build', default='build')
    parser.add_argument('--seconds', type=float, default=4)
    parser.add_argument('--functions', type=int, default=12)
    parser.add_argument('rows', nargs='*', metavar='ROW')
    wanted = parser.parse_args()
    for row in wanted.rows or ROWS:
        found = {who: profile(wanted.build, who, 'ring', row, wanted.seconds) for who in THREADS}
        if row == (wanted.rows or ROWS)[0]:
            print(found['worker'][2].splitlines()[0])
        each = {who: each_of(found[who][2]) for who in THREADS}
        sums = {who: sum(found[who][0].values()) for who in THREADS}
        print(f'\n{row}: {each["worker"]:.0f} ns a packet, bare loop {each["bare"]:.0f}; {sums["worker"]} and {sums["bare"]} samples')
        print(f'{"share":40} {"server":>8} {"ns":>6} {"bare":>8} {"ns":>6}')
        for name in sorted({*found['worker'][0], *found['bare'][0]}, key=lambda name: -found['worker'][0][name]):
            shares = {who: found[who][0][name] / sums[who] for who in THREADS}
            print(f'{name:40} {shares["worker"]:8.1%} {shares["worker"] * each["worker"]:6.0f} {shares["bare"]:8.1%} {shares["bare"] * each["bare"]:6.0f}')
        print('functions outside the kernel: ' + ', '.join(
            f'{name} {count / sums["worker"]:.1%}' for name, count in found['worker'][1].most_common(wanted.functions)))


if __name__ == '__main__':
    main()
