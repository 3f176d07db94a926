/**
 * The {@code kubernetes} secrets engine: tokens of a cluster's service accounts, for accounts that are there or for ones that are made with
 * their role and binding and go with the lease. How a cluster is asked is in the package above, which the auth method is in.
 */
@NullMarked
package watchword.engines.kubernetes.secrets;

import org.jspecify.annotations.NullMarked;
