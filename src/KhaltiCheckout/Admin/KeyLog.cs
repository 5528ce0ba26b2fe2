namespace KhaltiCheckout.Admin;

/// <summary>What happens to keys and with them is in the log, by name. No key is.</summary>
internal static partial class KeyLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Key {KeyId} \"{Name}\" ({Scopes}) made by {By}")]
    internal static partial void Created(ILogger logger, string keyId, string name, string scopes, string by);

    [LoggerMessage(Level = LogLevel.Information, Message = "Key {KeyId} \"{Name}\" revoked by {By}")]
    internal static partial void Revoked(ILogger logger, string keyId, string name, string? by);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} signed in")]
    internal static partial void SignedIn(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} signed out")]
    internal static partial void SignedOut(ILogger logger, string? name);

    [LoggerMessage(Level = LogLevel.Information, Message = "A sign-in with a wrong key was refused")]
    internal static partial void SignInRefused(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An address has tried too many wrong keys and can't sign in for a while")]
    internal static partial void SignInThrottled(ILogger logger);
}
