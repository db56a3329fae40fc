#include "ui/widgets/read_only_text.h"

#include <QFocusEvent>
#include <QFontDatabase>
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QTextLayout>

#include <algorithm>

#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

/// Knows its height from its width.
class ReadOnlyText : public QPlainTextEdit {
public:
    void fit()
    {
        int lines = 0;
        for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
            blockBoundingRect(block);  // lays it out
            lines += std::max(1, block.layout()->lineCount());
        }
        setFixedHeight(lines * fontMetrics().lineSpacing() + 4);
    }

protected:
    void resizeEvent(QResizeEvent *event) override
    {
        QPlainTextEdit::resizeEvent(event);
        fit();
    }
    // Reached by Tab it is chosen whole, which shows where the focus is and is what one wants to copy.
    void focusInEvent(QFocusEvent *event) override
    {
        QPlainTextEdit::focusInEvent(event);
        if (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason)
            selectAll();
    }
    void focusOutEvent(QFocusEvent *event) override
    {
        QPlainTextEdit::focusOutEvent(event);
        if (event->reason() != Qt::PopupFocusReason && event->reason() != Qt::ActiveWindowFocusReason)
            moveCursor(QTextCursor::Start);
    }
};

}  // namespace

QPlainTextEdit *makeReadOnlyText(const QString &name, bool monospaced)
{
    auto *field = new ReadOnlyText;
    field->setReadOnly(true);
    field->setAccessibleName(name);
    field->setTabChangesFocus(true);
    field->setCursorWidth(0);
    field->setFrameShape(QFrame::NoFrame);
    field->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    field->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    field->setWordWrapMode(QTextOption::WrapAnywhere);
    field->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    field->document()->setDocumentMargin(0);
    field->viewport()->setAutoFillBackground(false);
    field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QFont font = fontFor(TextRole::Caption);
    if (monospaced) {
        const int pixels = font.pixelSize();
        font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        font.setPixelSize(pixels);
    }
    field->setFont(font);
    return field;
}

void setReadOnlyText(QPlainTextEdit *field, const QString &text)
{
    field->setPlainText(text);
    static_cast<ReadOnlyText *>(field)->fit();
}

}  // namespace dank::ui
