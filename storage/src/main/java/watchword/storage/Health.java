package watchword.storage;

/** Whether a storage can still be believed. */
public sealed interface Health {

    record Good() implements Health {}

    /** A flush failed or the file is damaged: every use is refused until it is opened again, on a disk that is well. */
    record Failed(String why) implements Health {}
}
