/**
 * The {@code aws} auth method, by IAM: a client signs the question who it is, and we put that very question to AWS. Nothing of the
 * client's but its signature decides where the question goes, what it asks, or how the answer is read.
 */
@NullMarked
package watchword.engines.aws;

import org.jspecify.annotations.NullMarked;
