/**
 * The {@code kubernetes} auth method: service accounts of a cluster log in with the tokens that the cluster gives them. The cluster itself
 * is asked whether a token is good, for whom and for which audience; or, where the operator says so, its signing keys alone decide.
 */
@NullMarked
package watchword.engines.kubernetes;

import org.jspecify.annotations.NullMarked;
