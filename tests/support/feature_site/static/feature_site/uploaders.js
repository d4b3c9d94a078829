// Sends files to an S3-like storage by a presigned form, and stops when they are cancelled.

const S3 = (entries, onViewError) =>
  entries.forEach((entry) => {
    const {url, fields} = entry.meta
    const form = new FormData()
    Object.entries(fields).forEach(([name, value]) => form.append(name, value))
    form.append("file", entry.file)
    const request = new XMLHttpRequest()
    entry.onCancel(() => request.abort())
    onViewError(() => request.abort())
    request.onload = () => (request.status === 204 ? entry.progress(100) : entry.error(String(request.status)))
    request.onerror = () => entry.error()
    request.upload.onprogress = ({loaded, total}) => loaded < total && entry.progress((loaded / total) * 100)
    request.open("POST", url)
    request.send(form)
  })

window.DjangoPhoenix = {options: {uploaders: {S3}}}
