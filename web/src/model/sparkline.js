// SPDX-License-Identifier: GPL-3.0-or-later
// A small curve of what was. Pure.

/**
 * Points of a polyline from left (oldest) to right, the largest value at the top.
 * @param {number[]} values @param {number} width @param {number} height @param {number} [least] what the top stands for at least
 * @returns {string}
 */
export function sparkline(values, width, height, least = 1) {
  const top = Math.max(least, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, index) => `${round(index * step)},${round(height - (Math.max(0, value) / top) * height)}`).join(' ');
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** A rate for people. @param {number} bits a second @returns {string} */
export function rateText(bits) {
  if (bits >= 1e6) {
    return `${(bits / 1e6).toFixed(bits >= 1e7 ? 0 : 1)} Mbit/s`;
  }
  return `${Math.round(bits / 1000)} kbit/s`;
}

/** A time span for people. @param {number} seconds */
export function spanText(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}
