namespace KhaltiCheckout.Shared;

/// <summary>The name of a type in the API document, where generated clients know another than the code's.</summary>
[AttributeUsage(AttributeTargets.Enum | AttributeTargets.Class)]
internal sealed class SchemaNameAttribute(string name) : Attribute
{
    public string Name => name;
}
