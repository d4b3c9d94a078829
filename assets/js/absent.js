// Cause and cure for the developer who sees a live page that stays still. Called once.

export function warnAbsent(livePath) {
  console.warn(
    `django_phoenix: no socket answers at ${livePath}/websocket or ${livePath}/longpoll, so this page shows its first ` +
      "state only. " +
      "Is the site run by an ASGI server (python manage.py runserver with \"daphne\" in INSTALLED_APPS, uvicorn, …), " +
      "is asgi.py's application made by phoenix_application(), and does a proxy in front pass these paths on? " +
      "If the server did answer, its log says why it refused.",
  )
}
