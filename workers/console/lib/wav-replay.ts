/** A sound file as a stream that a voice session takes in place of a microphone. */

/** @throws Error when the browser cannot read the file */
export async function streamOf(file: Blob): Promise<MediaStream> {
  const context = new AudioContext()
  const buffer = await context.decodeAudioData(await file.arrayBuffer())
  const source = context.createBufferSource()
  const output = context.createMediaStreamDestination()
  source.buffer = buffer
  source.connect(output)
  source.start()
  // Silence goes on until the session stops the stream: the last turn needs it to end.
  for (const track of output.stream.getTracks()) {
    const stop = track.stop.bind(track)
    track.stop = () => {
      stop()
      void context.close()
    }
  }
  return output.stream
}
