/**
 * Verifies signed tokens (JWS in its compact form, RFC 7515, and JWT, RFC 7519) with keys that their issuer publishes. What such a token
 * says of itself is JSON, inside what is signed: the algorithm cannot be judged, nor the key found, without reading it. So JSON is read
 * here, and nowhere else in this module; keys are fetched, and claims are understood, elsewhere.
 */
@NullMarked
package watchword.crypto.jose;

import org.jspecify.annotations.NullMarked;
