/** Tests of the gcp auth method, with a local issuer in Google's place. */
@NullMarked
package watchword.engines.gcp;

import org.jspecify.annotations.NullMarked;
