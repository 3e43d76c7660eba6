"""Models by name, `provider/model`: what audits and probes ask.

mock/truth, mock/chance, mock/weak:purple   answer from the question's own truth: to try a probe without a model
python/FILE.py:FUNCTION                      a function of the user, `(image, question, options) -> text` or, for
                                             models that score, `(image, text) -> number`
local/FOLDER, FOLDER                         a dual encoder that Seedbed trained
hf/FOLDER                                    a CLIP or SigLIP checkpoint in Hugging Face's format
openai-api/NAME/MODEL                        any server with OpenAI's chat interface: NAME_BASE_URL, NAME_API_KEY
"""

from seedbed.learn.models.base import Asked, Model, load_model, right

__all__ = ["Asked", "Model", "load_model", "right"]
