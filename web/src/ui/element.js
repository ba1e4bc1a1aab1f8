// SPDX-License-Identifier: GPL-3.0-or-later
// Elements by id and made anew. Text is always set as text: what others are called is never read as markup.

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

/** @param {HTMLElement} button @param {boolean} isOn */
export function press(button, isOn) {
  button.setAttribute('aria-pressed', String(isOn));
}
