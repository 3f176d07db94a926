/** Turns keys into ciphertext and shares into keys. Knows no HTTP, no JSON, no disk. */
@NullMarked
package watchword.crypto;

import org.jspecify.annotations.NullMarked;
