namespace KhaltiCheckout.Tests.Support;

/// <summary>One shop for all tests of a class that only read.</summary>
public sealed class SharedShop : IAsyncLifetime
{
    internal Shop Shop { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Shop = await Shop.OpenAsync();

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}
