/** Tests of second factors. */
@NullMarked
package watchword.core.mfa;

import org.jspecify.annotations.NullMarked;
