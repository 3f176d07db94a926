/**
 * The {@code gcp} secrets engine: access tokens and keys of Google's service accounts. Google is asked to its documented protocol and by our
 * own signature; a key that is made there is announced before, and found again if the answer is lost.
 */
@NullMarked
package watchword.engines.gcp.secrets;

import org.jspecify.annotations.NullMarked;
