/**
 * What the certificate libraries under @simplewebauthn/server are in the bundle ([alias] in
 * wrangler.identity.toml): a refusal. A new passkey is asked for without attestation, so a browser
 * sends the statement `none`, or `packed` signed by the passkey itself (WebAuthn, section 5.4.7),
 * and neither has a chain. A statement of Apple's or Android's, whose chains the library follows, is
 * not asked for and ends as a passkey that does not fit.
 */
function refuse(): never {
  throw new Error('Certificate chains of attestations are not followed.')
}

export {
  refuse as AuthorityKeyIdentifierExtension,
  refuse as CRLDistributionPointsExtension,
  refuse as KeyDescription,
  refuse as SubjectKeyIdentifierExtension,
  refuse as X509Certificate,
  refuse as X509ChainBuilder,
  refuse as X509Crl,
}
/** Android's extension of a key's certificate. */
export const id_ce_keyDescription = '1.3.6.1.4.1.11129.2.1.17'
