using System.Collections.Concurrent;
using System.Threading.Channels;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>Writes down when a key was used last, at most once a minute, beside the requests: none of them waits for it or
/// fails with it.</summary>
internal sealed partial class ApiKeyUsageTracker(IServiceScopeFactory scopes, TimeProvider time, ILogger<ApiKeyUsageTracker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    // When there is no room left, a use is not written down: that is all.
    private readonly Channel<(string KeyId, DateTimeOffset At)> _uses = Channel.CreateBounded<(string, DateTimeOffset)>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);

    internal void Note(ApiKey key)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - key.LastUsedAt < Often || (_noted.TryGetValue(key.Id, out DateTimeOffset last) && now - last < Often))
        {
            return;
        }

        _noted[key.Id] = now;
        _uses.Writer.TryWrite((key.Id, now));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach ((string keyId, DateTimeOffset at) in _uses.Reader.ReadAllAsync(stoppingToken))
            {
                await WriteDownAsync(keyId, at, stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends, perhaps with the database closed already, or could not even start. A use that was not written down is
            // not missed.
        }
    }

    private async Task WriteDownAsync(string keyId, DateTimeOffset at, CancellationToken stoppingToken)
    {
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
            await db.WriteAsync(
                () => db.ApiKeys.Where(key => key.Id == keyId && (key.LastUsedAt == null || key.LastUsedAt < at))
                    .ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, at), stoppingToken),
                stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Log.NotWritten(logger, failure, keyId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of key {KeyId} could not be written down")]
        internal static partial void NotWritten(ILogger logger, Exception failure, string keyId);
    }
}
