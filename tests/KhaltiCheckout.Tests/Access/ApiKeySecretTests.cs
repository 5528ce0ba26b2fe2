using KhaltiCheckout.Access;

namespace KhaltiCheckout.Tests.Access;

/// <summary>The letters of a key, and comparing them.</summary>
public sealed class ApiKeySecretTests
{
    [Fact]
    public void Each_key_is_unique_and_parsed_back()
    {
        (string Text, ApiKeySecret Key)[] keys = [.. Enumerable.Range(0, 1000).Select(_ => ApiKeySecret.New())];

        keys.Select(key => key.Text).Distinct().Count().ShouldBe(1000);
        keys.Select(key => key.Key.Hint).Distinct().Count().ShouldBe(1000);
        keys.ShouldAllBe(key => ApiKeySecret.Read(key.Text)!.IsKeyTo(key.Key.Hash) && key.Text.StartsWith(key.Key.Hint));
        keys.SelectMany(key => key.Text[17..]).Distinct().Count().ShouldBe(32, "five bits a letter, two hundred in forty");
    }

    [Fact]
    public void A_key_matches_only_its_own_row()
    {
        (string text, ApiKeySecret key) = ApiKeySecret.New();
        (string _, ApiKeySecret other) = ApiKeySecret.New();

        ApiKeySecret.Read(text)!.IsKeyTo(key.Hash).ShouldBeTrue();
        ApiKeySecret.Read(text)!.IsKeyTo(other.Hash).ShouldBeFalse();
        ApiKeySecret.Read(text)!.IsKeyTo(null).ShouldBeFalse("compared with a hash that is nobody's, which takes as long");
        ApiKeySecret.Read(text)!.IsKeyTo([]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("kck_")]
    [InlineData("kck_0123456789ab_")]
    [InlineData("kck_0123456789ab_012345678901234567890123456789012345678")]
    [InlineData("kck_0123456789ab_01234567890123456789012345678901234567890")]
    [InlineData("kck_0123456789ab_0123456789012345678901234567890123456789\n")]
    [InlineData("KCK_0123456789ab_0123456789012345678901234567890123456789")]
    [InlineData("kck_0123456789al_0123456789012345678901234567890123456789")]
    [InlineData("kck_0123456789ab-0123456789012345678901234567890123456789")]
    public void Text_in_another_format_is_no_key(string text) => ApiKeySecret.Read(text).ShouldBeNull();
}
