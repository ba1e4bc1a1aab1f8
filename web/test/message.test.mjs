// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessage } from '../src/model/message.js';

/** As Linphone from 5.4 on writes it. @param {string} from @param {string} content fields and text */
function envelope(from, content) {
  return `From: ${from}\r\nTo: <sip:room-tea@x>\r\nDateTime: 2026-01-01T00:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\n`
    + `imdn.Message-ID: x7\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery, display\r\n\r\n${content}`;
}

test('text comes as it is', () => {
  assert.deepEqual(readMessage('text/plain;charset=UTF-8', 'a\r\n\r\nb <b>', 'Bob'), { from: 'Bob', text: 'a\r\n\r\nb <b>' });
  assert.deepEqual(readMessage('', 'a', 'Bob'), { from: 'Bob', text: 'a' });
});

test('what Linphone writes is out of its envelope; who wrote it is what the server says, whatever the envelope says', () => {
  const body = envelope('"Dave" <sip:dave@x;gr=1>', 'Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 11\r\n\r\nGuten Tag\r\n\r\n\u{1f375}');
  assert.deepEqual(readMessage('message/cpim', body, 'Dave'), { from: 'Dave', text: 'Guten Tag\r\n\r\n\u{1f375}' });
  for (const from of ['<sip:alice@x>', '"Alice" <sip:alice@x>', 'nobody']) {
    assert.equal(readMessage('Message/CPIM', envelope(from, 'Content-Type: text/plain\r\n\r\nhello'), 'Dave')?.from, 'Dave');
  }
  assert.deepEqual(readMessage('message/cpim', 'From: Eve <im:eve@x>\n\nContent-Type: text/plain\n\nhello', 'Dave'), { from: 'Dave', text: 'hello' });
  assert.equal(readMessage('message/cpim', envelope('<sip:dave@x>', '\r\nwithout a type'), '')?.text, 'without a type');
});

test('that somebody writes or has read is nothing that was written', () => {
  const composing = '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>';
  assert.equal(readMessage('application/im-iscomposing+xml', composing, 'Dave'), undefined);
  assert.equal(readMessage('message/cpim', envelope('<sip:dave@x>', `Content-Type: application/im-iscomposing+xml\r\n\r\n${composing}`), ''), undefined);
  assert.equal(readMessage('message/imdn+xml', '<imdn/>', 'Dave'), undefined);
  assert.equal(readMessage('image/png', '\u0000', 'Dave'), undefined);
});

test('of markup the text is shown, of a file that there is one', () => {
  assert.equal(readMessage('text/html', '<p>1 &lt; 2<br>and <b onclick="x()">more</b></p>', 'Dave')?.text, '1 < 2\nand more');
  assert.equal(readMessage('text/html', 'it&#39;s &#x1F375; &#X41; &constructor; &toString; &#0; &#xD800; &#1114112; &bullet;', 'Dave')?.text,
    'it\'s \u{1f375} A &constructor; &toString; &#0; &#xD800; &#1114112; &bullet;');
  assert.match(readMessage('application/vnd.gsma.rcs-ft-http+xml', '<file/>', 'Dave')?.text ?? '', /file/);
});

test('envelopes that are none, or in one another, are nothing', () => {
  const whole = envelope('<sip:dave@x>', 'Content-Type: text/plain\r\n\r\n');
  const end = whole.indexOf('\r\n\r\n');
  for (let length = 0; length < end; length++) {
    assert.equal(readMessage('message/cpim', whole.slice(0, length), 'room-tea'), undefined, `${length} octets`);
  }
  assert.equal(readMessage('message/cpim', envelope('<sip:dave@x>', `Content-Type: message/cpim\r\n\r\n${whole}`), ''), undefined);
});
