/** Response wrapping: an answer kept for one reader, behind a token of one use. */
@NullMarked
package watchword.core.wrapping;

import org.jspecify.annotations.NullMarked;
