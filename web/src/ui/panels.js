// SPDX-License-Identifier: GPL-3.0-or-later
// The side of the page: people, chat, connection. One of them at a time, or none.
import { byId, make, press, setIcon, setText } from './element.js';

/** @typedef {'people' | 'chat' | 'quality'} Tab */
const TABS = /** @type {Tab[]} */ (['people', 'chat', 'quality']);

export class Panels {
  /** @param {{ signal: AbortSignal }} on */
  constructor(on) {
    /** @type {Tab} */
    this.tab = 'people';
    this.unread = 0;
    byId('side').hidden = true;
    byId('people-button').addEventListener('click', () => this.toggle('people'), on);
    byId('chat-button').addEventListener('click', () => this.toggle('chat'), on);
    byId('encryption').addEventListener('click', () => this.toggle('quality'), on);
    byId('strength').addEventListener('click', () => this.toggle('quality'), on);
    byId('side-close').addEventListener('click', () => this.close(), on);
    for (const name of TABS) {
      byId(`tab-${name}`).addEventListener('click', () => this.#select(name), on);
    }
    // Arrow keys walk through tabs (ARIA practices).
    byId('side').addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        this.close();
      } else if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && /** @type {HTMLElement} */ (event.target).role === 'tab') {
        const next = TABS[(TABS.indexOf(this.tab) + (event.key === 'ArrowRight' ? 1 : TABS.length - 1)) % TABS.length];
        this.#select(next);
        byId(`tab-${next}`).focus();
      }
    }, on);
    byId('messages').replaceChildren();
    this.#showUnread();
    this.#select('people');
  }

  get isOpen() {
    return !byId('side').hidden;
  }

  /** @param {Tab} name */
  toggle(name) {
    if (this.isOpen && this.tab === name) {
      this.close();
      return;
    }
    byId('side').hidden = false;
    this.#select(name);
    if (name === 'chat') {
      byId('say').focus();
    } else {
      byId(name).focus();
    }
  }

  close() {
    const isInside = byId('side').contains(document.activeElement);
    byId('side').hidden = true;
    this.#showPressed();
    if (isInside) {
      byId(this.tab === 'chat' ? 'chat-button' : 'people-button').focus();
    }
  }

  /** @param {Tab} name */
  #select(name) {
    this.tab = name;
    for (const other of TABS) {
      const tab = byId(`tab-${other}`);
      tab.setAttribute('aria-selected', String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      byId(other).hidden = other !== name;
    }
    if (name === 'chat' && this.isOpen) {
      this.unread = 0;
      this.#showUnread();
      byId('messages').lastElementChild?.scrollIntoView({ block: 'nearest' });
    }
    this.#showPressed();
  }

  #showPressed() {
    press(byId('people-button'), this.isOpen && this.tab === 'people');
    press(byId('chat-button'), this.isOpen && this.tab === 'chat');
  }

  #showUnread() {
    byId('chat-count').hidden = this.unread === 0;
    setText(byId('chat-count'), String(this.unread));
  }

  /** @param {{ from: string, text: string, isOwn: boolean }} message */
  addMessage(message) {
    const list = byId('messages');
    const item = make('li', message.isOwn ? 'own' : '');
    const head = make('div', 'head');
    head.append(make('b', '', message.from), make('time', '', new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })));
    item.append(head, make('p', '', message.text));
    list.append(item);
    while (list.children.length > 500) {
      list.firstElementChild?.remove();
    }
    byId('messages-none').hidden = true;
    item.scrollIntoView({ block: 'nearest' });
    if (!message.isOwn && !(this.isOpen && this.tab === 'chat')) {
      this.unread++;
      this.#showUnread();
      return true;
    }
    return false;
  }
}

const GRADES = { good: ['Good', 'bars'], fair: ['Fair', 'bars-2'], poor: ['Poor', 'bars-1'] };

/**
 * @param {import('../media/quality.js').Picture} picture
 * @param {(row: import('../media/quality.js').Row) => string} nameOfRow
 * @param {boolean} isForAll are all others' ways encrypted too, as far as is known?
 */
export function renderQuality(picture, nameOfRow, isForAll) {
  const strength = byId('strength');
  strength.hidden = false;
  strength.dataset.grade = picture.grade;
  setIcon(strength, GRADES[picture.grade][1]);
  setText(/** @type {HTMLElement} */ (strength.querySelector('span')), GRADES[picture.grade][0]);
  strength.title = `Connection: round trip ${picture.roundTrip} ms`;
  const encryption = byId('encryption');
  encryption.hidden = !picture.isEncrypted;
  encryption.dataset.grade = isForAll ? 'good' : 'fair';
  setText(/** @type {HTMLElement} */ (encryption.querySelector('span')), isForAll ? 'Encrypted' : 'Partly encrypted');
  encryption.title = `Between you and the server: ${picture.encryption}${isForAll ? '' : '. Somebody here is not encrypted: see the list of people'}`;
  if (byId('quality').hidden || byId('side').hidden) {
    return;
  }
  const facts = [['Round trip', `${picture.roundTrip} ms`], ['Encryption', picture.encryption], ['Way', picture.way || 'unknown']];
  byId('quality-facts').replaceChildren(...facts.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)]));
  // Lines that bring nothing are there to be used again.
  const rows = picture.rows.filter((row) => row.kind !== 'video' || row.kbps > 0 || row.frames > 0);
  byId('quality-rows').replaceChildren(...rows.map((row) => {
    const line = document.createElement('tr');
    const head = make('th', '', nameOfRow(row));
    head.scope = 'row';
    const details = [row.codec, row.rid, row.size, row.kind === 'video' ? `${row.frames} a second` : ''];
    head.append(make('span', 'dim', details.filter(Boolean).join(' \u00b7 ')));
    line.append(head, ...[row.kbps, `${row.lost} %`, `${row.jitter} ms`].map((cell) => make('td', '', String(cell))));
    return line;
  }));
}
