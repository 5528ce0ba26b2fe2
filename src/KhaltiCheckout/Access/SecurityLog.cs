using KhaltiCheckout.Http;

namespace KhaltiCheckout.Access;

/// <summary>
/// Events for security monitoring, each with the client's address. Names and ids stand in docs/security-events.md and stay
/// as they are. No key, token or cookie is in any of them.
/// </summary>
internal sealed partial class SecurityLog(ILoggerFactory loggers)
{
    internal const string Category = "KhaltiCheckout.Security";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    internal void SignedIn(HttpContext http, KeyHolder holder) => SignedIn(ClientNetwork.AddressOf(http), holder.Name);

    internal void SignInRefused(HttpContext http) => SignInRefused(ClientNetwork.AddressOf(http));

    internal void SignInThrottled(HttpContext http) => SignInThrottled(ClientNetwork.AddressOf(http));

    internal void SignedOut(HttpContext http) => SignedOut(ClientNetwork.AddressOf(http), http.User.KeyName());

    internal void SessionEnded(HttpContext http, string sessionId) =>
        SessionEnded(ClientNetwork.AddressOf(http), http.User.KeyName(), sessionId);

    internal void Refunded(HttpContext http, string refundId, string orderId, long amount, string status) =>
        Refunded(ClientNetwork.AddressOf(http), http.User.KeyName(), refundId, orderId, amount, status);

    /// <param name="mobile">Masked.</param>
    /// <param name="channel">What the payment was made from.</param>
    internal void RefundToNumber(HttpContext http, string refundId, string orderId, string mobile, string channel) =>
        RefundToNumber(ClientNetwork.AddressOf(http), http.User.KeyName(), refundId, orderId, mobile, channel);

    internal void KeyRefused(HttpContext http) => KeyRefused(ClientNetwork.AddressOf(http));

    internal void KeyCreated(HttpContext http, ApiKey key) =>
        KeyCreated(ClientNetwork.AddressOf(http), key.CreatedBy, key.Id, key.Name, key.Scopes);

    internal void KeyRevoked(HttpContext http, ApiKey key) => KeyRevoked(ClientNetwork.AddressOf(http), key.RevokedBy, key.Id, key.Name);

    [LoggerMessage(1001, LogLevel.Information, "{Client} signed in with {KeyName}", EventName = "SignedIn")]
    private partial void SignedIn(string client, string keyName);

    [LoggerMessage(1002, LogLevel.Information, "{Client} tried to sign in with a wrong key", EventName = "SignInRefused")]
    private partial void SignInRefused(string client);

    [LoggerMessage(
        1003, LogLevel.Warning, "{Client} can't sign in for a while: too many wrong keys came from its network, or with its sign-in",
        EventName = "SignInThrottled")]
    private partial void SignInThrottled(string client);

    [LoggerMessage(1004, LogLevel.Information, "{Client} signed out {KeyName}", EventName = "SignedOut")]
    private partial void SignedOut(string client, string? keyName);

    [LoggerMessage(1005, LogLevel.Information, "{Client} ({KeyName}) ended sign-in {SessionId}", EventName = "SessionEnded")]
    private partial void SessionEnded(string client, string? keyName, string sessionId);

    [LoggerMessage(1006, LogLevel.Information, "{Client} sent a request with a wrong key", EventName = "KeyRefused")]
    private partial void KeyRefused(string client);

    [LoggerMessage(1010, LogLevel.Information, "{Client} ({KeyName}) made key {KeyId} \"{Name}\" ({Scopes})", EventName = "KeyCreated")]
    private partial void KeyCreated(string client, string keyName, string keyId, string name, string scopes);

    [LoggerMessage(1011, LogLevel.Information, "{Client} ({KeyName}) revoked key {KeyId} \"{Name}\"", EventName = "KeyRevoked")]
    private partial void KeyRevoked(string client, string? keyName, string keyId, string name);

    [LoggerMessage(
        1020, LogLevel.Information, "{Client} ({KeyName}) refunded {Amount} paisa of order {OrderId}: {RefundId} is {Status}",
        EventName = "Refunded")]
    private partial void Refunded(string client, string? keyName, string refundId, string orderId, long amount, string status);

    [LoggerMessage(
        1021, LogLevel.Information, "{Client} ({KeyName}) sends refund {RefundId} of order {OrderId} to {Mobile} (paid from: {Channel})",
        EventName = "RefundToNumber")]
    private partial void RefundToNumber(
        string client, string? keyName, string refundId, string orderId, string mobile, string channel);

    [LoggerMessage(1030, LogLevel.Error, "The start was refused: {Sentence}", EventName = "SettingsRefused")]
    internal partial void SettingsRefused(string sentence);
}
