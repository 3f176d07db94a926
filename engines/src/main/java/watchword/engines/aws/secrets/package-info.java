/**
 * The {@code aws} secrets engine: credentials of AWS for as long as they are needed, as users that are made and deleted, as sessions of STS,
 * or as the keys of users that exist, which are rotated. Everything is asked of IAM and STS by our own signature; what is made there is
 * announced before.
 */
@NullMarked
package watchword.engines.aws.secrets;

import org.jspecify.annotations.NullMarked;
