// SPDX-License-Identifier: GPL-3.0-or-later
// Documents of the conference event package for tests.
import { DOMParser } from '@xmldom/xmldom';

/** @param {string} attributes @param {string} inner */
export function documentOf(attributes, inner) {
  const text = `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"
    xmlns:linphone-cie="linphone:xml:ns:conference-info-linphone-extension" entity="sip:c@x;conf-id=1" ${attributes}>${inner}</conference-info>`;
  return new DOMParser().parseFromString(text, 'application/xml').documentElement;
}
