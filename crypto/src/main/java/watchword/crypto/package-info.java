/** Turns keys into ciphertext and shares into keys. Knows no HTTP, no disk, and JSON in {@code jose} alone, where it is inside what is signed. */
@NullMarked
package watchword.crypto;

import org.jspecify.annotations.NullMarked;
