/** What ends by itself: leases on what engines issued, and the expiry index that tokens share with them. */
@NullMarked
package watchword.core.lease;

import org.jspecify.annotations.NullMarked;
