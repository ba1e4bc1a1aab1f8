// SPDX-License-Identifier: GPL-3.0-or-later
// Elements by id and made anew. Text is always set as text: what others are called is never read as markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * The element with an id that the page has.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [type]
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!element || (type && !(element instanceof type))) {
    throw new Error(`the page has no ${id}`);
  }
  return /** @type {T} */ (element);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} className
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text ?? '';
  return element;
}

/** A picture of icons.svg. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** @param {Element} element that has a picture @param {string} name */
export function setIcon(element, name) {
  const use = element.querySelector('use');
  const href = `/icons.svg#${name}`;
  if (use && use.getAttribute('href') !== href) {
    use.setAttribute('href', href);
  }
}

/** @param {HTMLElement} button @param {boolean} isOn */
export function press(button, isOn) {
  button.setAttribute('aria-pressed', String(isOn));
}

/** @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A button with a name. @param {string} text @param {() => void} act @param {string} [className] */
export function button(text, act, className = '') {
  const made = make('button', className, text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

/** Say something for some seconds, where the page that is shown has a place for it. @param {string} text */
export function notice(text) {
  const box = document.querySelector('main:not([hidden]) .notices') ?? document.querySelector('.notices.floating');
  const item = make('p', 'notice', text);
  item.title = text;
  box?.append(item);
  while (box && box.children.length > 2) {
    box.firstElementChild?.remove();
  }
  setTimeout(() => item.remove(), 6000);
}

/** Colour for a name, always the same: a hue of twelve. @param {string} name */
export function hueOf(name) {
  let sum = 0;
  for (const letter of name) {
    sum = (sum * 31 + /** @type {number} */ (letter.codePointAt(0))) % 9973;
  }
  return sum % 12;
}

/** @param {string} name */
export function initials(name) {
  return name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0]?.toUpperCase() ?? '').join('');
}
