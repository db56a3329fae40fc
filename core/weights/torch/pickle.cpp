#include "core/weights/torch/pickle.h"

#include <algorithm>
#include <map>
#include <string>

#include "core/weights/readers.h"
#include "core/weights/torch/pickle_parts.h"

// The format is described in CPython's Lib/pickletools.py, what PyTorch puts into it in torch/serialization.py and
// torch/_utils.py.

namespace dank {
namespace {

using Kind = PickleValue::Kind;

[[noreturn]] void refuseInstruction(unsigned op)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    refuse(std::string("it uses the pickle instruction 0x") + kDigits[op >> 4 & 15] + kDigits[op & 15]
           + ", which no weights need");
}

enum class Op : unsigned char {
    Proto = 0x80,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    Long1 = 0x8a,
    Mark = '(',
    EmptyTuple = ')',
    Stop = '.',
    BinFloat = 'G',
    BinInt = 'J',
    BinInt1 = 'K',
    BinInt2 = 'M',
    None = 'N',
    BinPersId = 'Q',
    Reduce = 'R',
    BinString = 'T',
    ShortBinString = 'U',
    BinUnicode = 'X',
    EmptyList = ']',
    Append = 'a',
    Build = 'b',
    Global = 'c',
    Appends = 'e',
    BinGet = 'h',
    LongBinGet = 'j',
    BinPut = 'q',
    LongBinPut = 'r',
    SetItem = 's',
    Tuple = 't',
    SetItems = 'u',
    EmptyDict = '}',
};

}  // namespace

/// The stack machine. Marks lie beside the stack, so that nothing can take one for a value.
class PickleReader {
public:
    explicit PickleReader(std::span<const std::byte> bytes) : m_bytes(bytes)
    {
        m_pickle.m_bytes = bytes;
        m_pickle.m_containers.emplace_back();  // the empty tuple
    }

    Pickle run()
    {
        if (Op(m_bytes.byte()) != Op::Proto)
            refuse("its pickle does not begin with a protocol");
        if (const unsigned protocol = m_bytes.byte(); protocol != 2)
            refuse("its pickle has protocol " + std::to_string(protocol)
                   + ", not 2; in Python, save it again without a pickle_protocol");
        for (;;) {
            const unsigned op = m_bytes.byte();
            if (Op(op) == Op::Stop)
                break;
            step(op);
        }
        if (!m_marks.empty() || m_stack.size() != 1)
            refuse("its pickle does not end with one value");
        m_pickle.m_value = m_stack.back();
        m_pickle.m_size = m_bytes.at();
        return std::move(m_pickle);
    }

private:
    void step(unsigned op)
    {
        switch (Op(op)) {
        case Op::Mark:
            if (m_marks.size() >= Pickle::kMaxDepth)
                refuse("its pickle is nested deeper than 32 levels");
            m_marks.push_back(m_stack.size());
            return;
        case Op::None: return push({});
        case Op::NewTrue: return push({1, 0, Kind::Bool});
        case Op::NewFalse: return push({0, 0, Kind::Bool});
        case Op::BinInt: return push({std::int32_t(m_bytes.number(4)), 0, Kind::Int});
        case Op::BinInt1: return push({std::int64_t(m_bytes.number(1)), 0, Kind::Int});
        case Op::BinInt2: return push({std::int64_t(m_bytes.number(2)), 0, Kind::Int});
        case Op::Long1: return pushLong(m_bytes.byte());
        case Op::BinFloat: m_bytes.number(8); return push({0, 0, Kind::Float});
        case Op::ShortBinString: return pushText(m_bytes.byte());
        case Op::BinString:
        case Op::BinUnicode: return pushText(m_bytes.number(4));
        case Op::EmptyTuple: return push({0, 0, Kind::Tuple});
        case Op::Tuple1: return pushTuple(1);
        case Op::Tuple2: return pushTuple(2);
        case Op::Tuple3: return pushTuple(3);
        case Op::Tuple: return pushTuple(popMark());
        case Op::EmptyList: return push(newContainer(Kind::List));
        case Op::EmptyDict: return push(newContainer(Kind::Dict));
        case Op::Append: return append(1);
        case Op::Appends: return append(popMark());
        case Op::SetItem: return setItems(2);
        case Op::SetItems: return setItems(popMark());
        case Op::BinPut: return put(m_bytes.byte());
        case Op::LongBinPut: return put(m_bytes.number(4));
        case Op::BinGet: return get(m_bytes.byte());
        case Op::LongBinGet: return get(m_bytes.number(4));
        case Op::Global: return pushGlobal();
        case Op::BinPersId: return pushStorage(pop());
        case Op::Reduce: return reduce();
        case Op::Build: return build();
        default: break;
        }
        refuseInstruction(op);
    }

    // The stack.

    void push(const PickleValue &value)
    {
        if (m_stack.size() >= Pickle::kMaxStack)
            refuse("its pickle piles up more than 100,000 values");
        m_stack.push_back(value);
    }
    /// How many values lie above the last mark, or altogether.
    std::size_t available() const { return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back()); }
    void need(std::size_t count) const
    {
        if (available() < count)
            refuse("its pickle takes values that are not there");
    }
    PickleValue pop()
    {
        need(1);
        const PickleValue value = m_stack.back();
        m_stack.pop_back();
        return value;
    }
    PickleValue &top()
    {
        need(1);
        return m_stack.back();
    }
    /// Removes the last mark and says how many values lay above it.
    std::size_t popMark()
    {
        if (m_marks.empty())
            refuse("its pickle takes values that are not there");
        const std::size_t count = available();
        m_marks.pop_back();
        return count;
    }
    std::span<const PickleValue> last(std::size_t count) const { return std::span(m_stack).last(count); }
    void drop(std::size_t count) { m_stack.resize(m_stack.size() - count); }

    // Values.

    Pickle::Container &container(const PickleValue &value) { return m_pickle.m_containers[value.index]; }

    PickleValue newContainer(Kind kind)
    {
        // A real pickle spends more than four bytes on each, so a small file cannot ask for much memory.
        if (m_pickle.m_containers.size() > std::min(64 + m_bytes.at() / 4, Pickle::kMaxContainers))
            refuse("its pickle makes more lists and dicts than weights need");
        m_pickle.m_containers.emplace_back();
        return {0, std::uint32_t(m_pickle.m_containers.size() - 1), kind};
    }

    void fill(const PickleValue &target, std::span<const PickleValue> items)
    {
        std::size_t depth = container(target).depth;
        for (const PickleValue &item : items)
            if (item.kind == Kind::Tuple || item.kind == Kind::List || item.isDict())
                depth = std::max<std::size_t>(depth, container(item).depth + std::size_t(1));
        if (depth > Pickle::kMaxDepth)
            refuse("its pickle is nested deeper than 32 levels");
        // An item is put on the stack by at least one byte and then stored once, or twice by way of Python 2's
        // OrderedDict; whoever stores one list again and again wants memory, not weights.
        m_items += items.size();
        if (m_items > std::min(2 * m_bytes.at(), Pickle::kMaxItems))
            refuse("its pickle repeats its lists more often than weights need");
        container(target).depth = std::uint8_t(depth);
        container(target).items.insert(container(target).items.end(), items.begin(), items.end());
    }

    void pushLong(std::size_t size)
    {
        if (size > 8)
            refuse("its pickle holds a number of more than 64 bits");
        std::uint64_t value = m_bytes.number(size);
        if (size > 0 && size < 8 && value >> (8 * size - 1))
            value |= ~std::uint64_t{0} << 8 * size;  // negative
        push({std::int64_t(value), 0, Kind::Int});
    }

    void pushText(std::uint64_t size)
    {
        const std::size_t begin = m_bytes.at();
        m_bytes.take(size);
        push({std::int64_t(begin), std::uint32_t(size), Kind::Text});
    }

    void pushTuple(std::size_t count)
    {
        need(count);
        if (count == 0)
            return push({0, 0, Kind::Tuple});
        const PickleValue tuple = newContainer(Kind::Tuple);
        fill(tuple, last(count));
        drop(count);
        push(tuple);
    }

    void append(std::size_t count)
    {
        need(count + 1);
        const PickleValue target = m_stack[m_stack.size() - count - 1];
        if (target.kind != Kind::List)
            refuse("its pickle appends to something that is no list; such a file may be an attack");
        fill(target, last(count));
        drop(count);
    }

    void setItems(std::size_t count)
    {
        need(count + 1);
        const PickleValue target = m_stack[m_stack.size() - count - 1];
        if (!target.isDict())
            refuse("its pickle stores an entry in something that is no dict; such a file may be an attack");
        if (count % 2 != 0)
            refuse("its pickle stores a key without a value");
        checkKeys(last(count));
        fill(target, last(count));
        drop(count);
    }

    static void checkKeys(std::span<const PickleValue> pairs)
    {
        for (std::size_t i = 0; i < pairs.size(); i += 2)
            if (pairs[i].kind == Kind::List || pairs[i].isDict() || pairs[i].kind == Kind::Tensor)
                refuse("its pickle uses a list, a dict or a tensor as a key");
    }

    void put(std::uint64_t index)
    {
        // Pickles number what they remember one after the other, from 0 or (Python 2) from 1.
        if (index > m_memo.size() + 1 || index >= Pickle::kMaxMemo)
            refuse("its pickle remembers a value under the number " + std::to_string(index) + ", far out of turn");
        if (index >= m_memo.size())
            m_memo.resize(std::size_t(index) + 1, {{}, false});
        m_memo[std::size_t(index)] = {top(), true};
    }

    void get(std::uint64_t index)
    {
        if (index >= m_memo.size() || !m_memo[std::size_t(index)].known)
            refuse("its pickle recalls a value that it never remembered");
        push(m_memo[std::size_t(index)].value);
    }

    // What stands for Python's objects.

    void pushGlobal()
    {
        const std::string_view module = m_bytes.line();
        const std::string_view name = m_bytes.line();
        push({0, std::uint32_t(knownName(module, name)), Kind::Global});
    }

    bool isGlobal(const PickleValue &value, KnownName::What what) const
    {
        return value.kind == Kind::Global && kKnownNames[value.index].what == what;
    }

    /// ('storage', type, key, location, elements[, None])
    void pushStorage(const PickleValue &id)
    {
        const auto parts = id.kind == Kind::Tuple ? m_pickle.items(id) : std::span<const PickleValue>{};
        if ((parts.size() != 5 && parts.size() != 6) || parts[0].kind != Kind::Text
            || m_pickle.text(parts[0]) != "storage" || !isGlobal(parts[1], KnownName::What::Storage)
            || parts[2].kind != Kind::Text || parts[3].kind != Kind::Text || parts[4].kind != Kind::Int
            || parts[4].number < 0)
            refuse("it refers to something outside its pickle that is no storage of numbers");
        if (parts.size() == 6 && parts[5].kind != Kind::None)
            refuse("it uses views of storages, which only very old versions of PyTorch wrote; in Python, load it "
                   "and save it again");
        const PickledStorage storage{m_pickle.text(parts[2]), kKnownNames[parts[1].index].type,
                                     std::uint64_t(parts[4].number)};
        const auto [known, isNew] = m_storageByKey.emplace(storage.key, std::uint32_t(m_pickle.m_storages.size()));
        if (isNew) {
            if (m_pickle.m_storages.size() >= kMaxTensors)
                refuse("it refers to more than 100,000 storages");
            m_pickle.m_storages.push_back(storage);
        } else if (const PickledStorage &first = m_pickle.m_storages[known->second];
                   first.type != storage.type || first.elements != storage.elements) {
            refuse("it gives storage " + shownName(storage.key) + " two types or sizes");
        }
        push({0, known->second, Kind::Storage});
    }

    void reduce()
    {
        const PickleValue arguments = pop();
        const PickleValue callable = pop();
        if (callable.kind != Kind::Global || arguments.kind != Kind::Tuple)
            refuse("its pickle calls something that is no function; such a file may be an attack");
        const auto parts = m_pickle.items(arguments);
        switch (kKnownNames[callable.index].what) {
        case KnownName::What::OrderedDict: return pushOrderedDict(parts);
        case KnownName::What::RebuildV2:
            // …, requires_grad, backward_hooks[, metadata]
            if ((parts.size() == 6 || parts.size() == 7) && parts[4].kind == Kind::Bool && parts[5].isDict()) {
                if (parts.size() == 7 && parts[6].kind != Kind::None
                    && !(parts[6].isDict() && m_pickle.items(parts[6]).empty()))
                    refuse("it holds a tensor with a lazily conjugated or negated value; in Python, save it resolved");
                return pushTensor(parts);
            }
            break;
        case KnownName::What::Rebuild:
            if (parts.size() == 4)
                return pushTensor(parts);
            break;
        case KnownName::What::RebuildParameter:
            // data, requires_grad, backward_hooks
            if (parts.size() == 3 && parts[0].kind == Kind::Tensor && parts[1].kind == Kind::Bool && parts[2].isDict())
                return push(parts[0]);
            break;
        case KnownName::What::Storage: break;
        }
        refuse("its pickle calls " + std::string(kKnownNames[callable.index].name) + " with the wrong arguments");
    }

    void pushOrderedDict(std::span<const PickleValue> arguments)
    {
        const PickleValue dict = newContainer(Kind::OrderedDict);
        if (arguments.size() > 1 || (arguments.size() == 1 && arguments[0].kind != Kind::List))
            refuse("its pickle calls OrderedDict with the wrong arguments");
        if (arguments.size() == 1) {  // Python 2: a list of pairs
            for (const PickleValue &pair : m_pickle.items(arguments[0])) {
                const bool fits = pair.kind == Kind::Tuple || pair.kind == Kind::List;
                const auto parts = fits ? m_pickle.items(pair) : std::span<const PickleValue>{};
                if (parts.size() != 2)
                    refuse("its pickle calls OrderedDict with the wrong arguments");
                checkKeys(parts);
                fill(dict, parts);
            }
        }
        push(dict);
    }

    /// (storage, offset, shape, stride, …)
    void pushTensor(std::span<const PickleValue> parts)
    {
        if (parts[0].kind != Kind::Storage || parts[1].kind != Kind::Int || parts[1].number < 0
            || parts[2].kind != Kind::Tuple || parts[3].kind != Kind::Tuple)
            refuse("its pickle rebuilds a tensor from the wrong arguments");
        if (m_pickle.m_tensors.size() >= kMaxTensors)
            refuse("it holds more than 100,000 tensors");
        m_pickle.m_tensors.push_back({parts[0].index, parts[2].index, parts[3].index, std::uint64_t(parts[1].number)});
        push({0, std::uint32_t(m_pickle.m_tensors.size() - 1), Kind::Tensor});
    }

    /// Only an OrderedDict's attributes (`_metadata`) are set this way; nobody reads them.
    void build()
    {
        const PickleValue state = pop();
        if (top().kind != Kind::OrderedDict || state.kind != Kind::Dict)
            refuse("its pickle sets attributes of something that has none; such a file may be an attack");
        const auto pairs = m_pickle.items(state);
        for (std::size_t i = 0; i < pairs.size(); i += 2)
            if (pairs[i].kind != Kind::Text)
                refuse("its pickle sets an attribute that has no name");
    }

    struct Remembered {
        PickleValue value;
        bool known = false;
    };

    PickleBytes m_bytes;
    Pickle m_pickle;
    std::size_t m_items = 0;
    std::vector<PickleValue> m_stack;
    std::vector<std::size_t> m_marks;
    std::vector<Remembered> m_memo;
    std::map<std::string_view, std::uint32_t> m_storageByKey;
};

Pickle Pickle::read(std::span<const std::byte> bytes)
{
    return PickleReader(bytes).run();
}

std::string_view Pickle::text(const PickleValue &text) const
{
    return {reinterpret_cast<const char *>(m_bytes.data()) + text.number, text.index};
}

std::span<const PickleValue> Pickle::items(const PickleValue &container) const
{
    return m_containers[container.index].items;
}

std::optional<PickleValue> Pickle::find(const PickleValue &dict, std::string_view key) const
{
    std::optional<PickleValue> found;
    const auto pairs = items(dict);
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        if (pairs[i].kind != PickleValue::Kind::Text || text(pairs[i]) != key)
            continue;
        if (found)
            throw BadFile{"its entry " + shownName(key) + " is there twice"};
        found = pairs[i + 1];
    }
    return found;
}

}  // namespace dank
